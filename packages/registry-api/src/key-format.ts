// The form of an API key: gth_<env>_<12-char public id>_<43-char base62 secret><6-char checksum>. Anybody can tell a
// malformed key without asking the database.

import { hash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const form = /^gth_([a-z]{1,8})_([0-9A-Za-z]{12})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/

export interface NewKey {
  readonly key: string
  readonly publicId: string
}

/** A fresh key; `env` tells keys of installations apart (`live`, `dev`). */
export function makeKey(env: string): NewKey {
  const publicId = randomText(12)
  const body = `gth_${env}_${publicId}_${randomText(43)}`
  return { key: body + checksum(body), publicId }
}

/** What a well-formed key says about itself. */
export interface ParsedKey {
  readonly publicId: string
  /** The part that may be shown: `gth_<env>_<public id>`. */
  readonly prefix: string
  /** SHA-256 of the whole key, hex. */
  readonly digest: string
}

/** The parts of a key, or undefined when it is malformed or its checksum is wrong. */
export function parseKey(key: string): ParsedKey | undefined {
  const publicId = form.exec(key)?.[2]
  if (publicId === undefined || checksum(key.slice(0, -6)) !== key.slice(-6)) return undefined
  // 50: the underscore, the secret and the checksum.
  return { publicId, prefix: key.slice(0, -50), digest: digestOf(key) }
}

/** The key's digest (SHA-256, hex), or undefined when it is malformed or its checksum is wrong. */
export function digestKey(key: string): string | undefined {
  return parseKey(key)?.digest
}

/** The digest of any text: one that is known is that of a key, and its form needs no look. */
export const digestOf = (text: string): string => hash('sha256', text)

function checksum(body: string): string {
  let rest = crc32(body)
  let text = ''
  for (let i = 0; i < 6; i += 1) {
    text = alphabet.charAt(rest % 62) + text
    rest = Math.floor(rest / 62)
  }
  return text
}

function randomText(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      // 248 is the largest multiple of 62 in a byte: above it the choice would be uneven.
      if (byte < 248 && text.length < length) text += alphabet.charAt(byte % 62)
    }
  }
  return text
}

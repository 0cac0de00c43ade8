// Secrets that tests plant, and the search for them in whatever came out: output, logs, metrics, errors, databases.

import { randomBytes } from 'node:crypto'

/** A random value of printable ASCII that occurs nowhere else. */
export const canary = (): string => `canary-${randomBytes(12).toString('hex')}`

/** The spelling in which `secret` occurs in `text`, plain or encoded; undefined where it doesn't. */
export function findCanary(secret: string, text: string | Uint8Array): string | undefined {
  const haystack = Buffer.from(text as string).toString('latin1')
  const lower = haystack.toLowerCase()
  for (const [spelling, needle] of spellings(secret)) {
    if (haystack.includes(needle) || (spelling === 'hex' && lower.includes(needle))) return spelling
  }
  return undefined
}

function spellings(secret: string): [spelling: string, needle: string][] {
  const bytes = Buffer.from(secret)
  const found: [string, string][] = [
    ['plain', secret],
    ['hex', bytes.toString('hex')],
    ['reversed', [...secret].reverse().join('')],
    ['URL-encoded', encodeURIComponent(secret)],
    ['UTF-16', Buffer.from(secret, 'utf16le').toString('latin1')],
  ]
  // base64 of a text that holds the secret: one form for each position within a group of three bytes
  for (let before = 0; before < 3; before++) {
    const whole = Math.floor((before + bytes.length) / 3) * 3 - before
    const encoded = Buffer.concat([Buffer.alloc(before), bytes.subarray(0, whole)]).toString('base64')
    const needle = encoded.slice(before === 0 ? 0 : 4)
    found.push(['base64', needle], ['base64url', needle.replaceAll('+', '-').replaceAll('/', '_')])
  }
  return found
}

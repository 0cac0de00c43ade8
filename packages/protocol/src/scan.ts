// A strict scanner over the bytes of a JSON text (RFC 8259). It builds nothing: every function takes where something begins and
// returns where it ends, so that the bytes that are authorised are the bytes that are forwarded. Next: members.ts.

import { AppError } from '@gatehouse/errors'

/** Deepest nesting of objects and arrays. */
const maxDepth = 64

export const openBrace = 0x7b
export const closeBrace = 0x7d
export const openBracket = 0x5b
export const closeBracket = 0x5d
export const quote = 0x22
export const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a

const broken = (what: string) => new AppError('parse_error', { what })

/** The next byte that is no white space, or the end of the text. */
export function skipSpace(bytes: Buffer, start: number): number {
  let at = start
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break
    at += 1
  }
  return at
}

/** The end of the value at `at`. @param depth how many objects and arrays are open around it */
export function skipValue(bytes: Buffer, at: number, depth: number): number {
  switch (bytes[at]) {
    case quote:
      return skipString(bytes, at)
    case openBrace:
      return skipObject(bytes, at, depth)
    case openBracket:
      return skipArray(bytes, at, depth)
    case 0x74:
      return skipWord(bytes, at, 'true')
    case 0x66:
      return skipWord(bytes, at, 'false')
    case 0x6e:
      return skipWord(bytes, at, 'null')
    default:
      return skipNumber(bytes, at)
  }
}

function skipObject(bytes: Buffer, start: number, depth: number): number {
  let at = enter(bytes, start, depth)
  if (bytes[at] === closeBrace) return at + 1
  for (;;) {
    at = skipColon(bytes, skipString(bytes, at))
    at = afterValue(bytes, skipValue(bytes, at, depth + 1), closeBrace)
    if (bytes[at] === closeBrace) return at + 1
    at = skipSpace(bytes, at + 1)
  }
}

function skipArray(bytes: Buffer, start: number, depth: number): number {
  let at = enter(bytes, start, depth)
  if (bytes[at] === closeBracket) return at + 1
  for (;;) {
    at = afterValue(bytes, skipValue(bytes, at, depth + 1), closeBracket)
    if (bytes[at] === closeBracket) return at + 1
    at = skipSpace(bytes, at + 1)
  }
}

/** What follows an opening brace or bracket and white space. */
export function enter(bytes: Buffer, at: number, depth: number): number {
  if (depth >= maxDepth) throw broken(`it is nested deeper than ${maxDepth}`)
  return skipSpace(bytes, at + 1)
}

/** From the end of a member's name to its value. */
export function skipColon(bytes: Buffer, nameEnd: number): number {
  const at = skipSpace(bytes, nameEnd)
  if (bytes[at] !== colon) throw broken(`a colon is missing at byte ${at}`)
  return skipSpace(bytes, at + 1)
}

/** From the end of a value to the comma or the `close` after it. */
export function afterValue(bytes: Buffer, valueEnd: number, close: number): number {
  const at = skipSpace(bytes, valueEnd)
  const byte = bytes[at]
  if (byte !== comma && byte !== close) throw broken(`a comma is missing at byte ${at}`)
  return at
}

/** @throws AppError parse_error where anything but white space follows */
export function refuseRest(bytes: Buffer, end: number): void {
  const at = skipSpace(bytes, end)
  if (at < bytes.length) throw broken(`the message ends at byte ${at}, but more follows`)
}

/** The end of the string at `start`, past its quote. */
export function skipString(bytes: Buffer, start: number): number {
  if (bytes[start] !== quote) throw broken(`a string is missing at byte ${start}`)
  let at = start + 1
  while (at < bytes.length) {
    const byte = bytes[at] as number // inside the text
    if (byte === quote) return at + 1
    if (byte === backslash) at += escapeLength(bytes, at)
    else if (byte >= 0x20) at += 1
    else break
  }
  throw broken(`a string does not end at byte ${at}`)
}

function escapeLength(bytes: Buffer, at: number): number {
  const kind = bytes[at + 1]
  if (kind === 0x75) {
    for (let i = 2; i < 6; i += 1) if (!isHex(bytes[at + i])) throw broken(`an escape is wrong at byte ${at}`)
    return 6
  }
  if (kind === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(kind))) {
    throw broken(`an escape is wrong at byte ${at}`)
  }
  return 2
}

const isHex = (byte: number | undefined) =>
  byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66))
const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39

function skipWord(bytes: Buffer, at: number, word: string): number {
  for (let i = 0; i < word.length; i += 1) {
    if (bytes[at + i] !== word.charCodeAt(i)) throw broken(`a value is wrong at byte ${at}`)
  }
  return at + word.length
}

function skipNumber(bytes: Buffer, start: number): number {
  let at = start
  if (bytes[at] === 0x2d) at += 1
  at = bytes[at] === 0x30 ? at + 1 : skipDigits(bytes, at)
  if (bytes[at] === 0x2e) at = skipDigits(bytes, at + 1)
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    at += 1
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at += 1
    at = skipDigits(bytes, at)
  }
  return at
}

function skipDigits(bytes: Buffer, start: number): number {
  let at = start
  while (isDigit(bytes[at])) at += 1
  if (at === start) throw broken(`a value is wrong at byte ${start}`)
  return at
}

// A strict scanner over the bytes of a JSON text (RFC 8259). It builds nothing: it knows where values begin and end, so that
// the bytes that are authorised are the bytes that are forwarded.

import { AppError } from '@gatehouse/errors'

export interface Cursor {
  readonly bytes: Buffer
  at: number
}

/** Deepest nesting of objects and arrays. */
const maxDepth = 64

const broken = (what: string) => new AppError('parse_error', { what })

/** Moves over white space. */
export function skipSpace(c: Cursor): void {
  for (;;) {
    const byte = c.bytes[c.at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
    c.at += 1
  }
}

/** Moves over one value. @param depth how many objects and arrays are open around it */
export function skipValue(c: Cursor, depth: number): void {
  const byte = c.bytes[c.at]
  if (byte === 0x22) skipString(c)
  else if (byte === 0x7b) eachMember(c, depth, () => skipValue(c, depth + 1))
  else if (byte === 0x5b) eachElement(c, depth, () => skipValue(c, depth + 1))
  else if (byte === 0x74) skipWord(c, 'true')
  else if (byte === 0x66) skipWord(c, 'false')
  else if (byte === 0x6e) skipWord(c, 'null')
  else skipNumber(c)
}

/** Calls `value` with the cursor at each member's value; `value` must move over it. */
export function eachMember(
  c: Cursor,
  depth: number,
  value: (keyStart: number, keyEnd: number) => void,
): void {
  open(c, depth)
  if (c.bytes[c.at] === 0x7d) {
    c.at += 1
    return
  }
  for (;;) {
    const keyStart = c.at
    if (c.bytes[c.at] !== 0x22) throw broken(`a member name is missing at byte ${c.at}`)
    skipString(c)
    const keyEnd = c.at
    skipSpace(c)
    if (c.bytes[c.at] !== 0x3a) throw broken(`a colon is missing at byte ${c.at}`)
    c.at += 1
    skipSpace(c)
    value(keyStart, keyEnd)
    if (!next(c, 0x7d)) return
  }
}

/** Calls `value` with the cursor at each element; `value` must move over it. */
export function eachElement(c: Cursor, depth: number, value: () => void): void {
  open(c, depth)
  if (c.bytes[c.at] === 0x5d) {
    c.at += 1
    return
  }
  for (;;) {
    value()
    if (!next(c, 0x5d)) return
  }
}

function open(c: Cursor, depth: number): void {
  if (depth >= maxDepth) throw broken(`it is nested deeper than ${maxDepth}`)
  c.at += 1
  skipSpace(c)
}

/** After a value: true when another one follows, false when `close` ended the row. */
function next(c: Cursor, close: number): boolean {
  skipSpace(c)
  const byte = c.bytes[c.at]
  if (byte !== 0x2c && byte !== close) throw broken(`a comma is missing at byte ${c.at}`)
  c.at += 1
  if (byte === close) return false
  skipSpace(c)
  return true
}

function skipString(c: Cursor): void {
  const { bytes } = c
  let at = c.at + 1
  for (;;) {
    const byte = bytes[at]
    if (byte === undefined || byte < 0x20) throw broken(`a string does not end at byte ${at}`)
    if (byte === 0x22) break
    at += byte === 0x5c ? escapeLength(bytes, at) : 1
  }
  c.at = at + 1
}

function escapeLength(bytes: Buffer, at: number): number {
  const kind = bytes[at + 1]
  if (kind === 0x75) {
    for (let i = 2; i < 6; i += 1) if (!isHex(bytes[at + i])) throw broken(`an escape is wrong at byte ${at}`)
    return 6
  }
  // " \ / b f n r t
  if (kind === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(kind))) {
    throw broken(`an escape is wrong at byte ${at}`)
  }
  return 2
}

const isHex = (byte: number | undefined) =>
  byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66))
const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39

function skipWord(c: Cursor, word: string): void {
  for (let i = 0; i < word.length; i += 1) {
    if (c.bytes[c.at + i] !== word.charCodeAt(i)) throw broken(`a value is wrong at byte ${c.at}`)
  }
  c.at += word.length
}

function skipNumber(c: Cursor): void {
  const { bytes } = c
  let at = c.at
  if (bytes[at] === 0x2d) at += 1
  if (bytes[at] === 0x30) at += 1
  else at = digits(bytes, at)
  if (bytes[at] === 0x2e) at = digits(bytes, at + 1)
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    at += 1
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at += 1
    at = digits(bytes, at)
  }
  c.at = at
}

function digits(bytes: Buffer, start: number): number {
  let at = start
  while (isDigit(bytes[at])) at += 1
  if (at === start) throw broken(`a value is wrong at byte ${start}`)
  return at
}

// The members of an object that we read: where their values stand, and what in it two parsers could read differently. Names
// that we know are compared as bytes; others are decoded only where they could be trouble. Next: message.ts.

import {
  afterValue,
  backslash,
  closeBrace,
  enter,
  openBrace,
  quote,
  skipColon,
  skipSpace,
  skipString,
  skipValue,
} from './scan.ts'
import { foldCase, textOf } from './text.ts'

/** First byte and the one after the last. */
export type Range = readonly [start: number, end: number]

/** Which members of an object are read. */
export interface Shape {
  readonly names: readonly string[]
  /** The names as bytes. */
  readonly bytes: readonly Buffer[]
  readonly folded: readonly string[]
  /** What is read of the last name's value, where that is an object. */
  readonly inner: Shape | undefined
  /** The ranges of an object that has none of them. */
  readonly absent: readonly number[]
}

export const shape = (names: readonly string[], inner?: Shape): Shape => ({
  names,
  bytes: names.map((name) => Buffer.from(name)),
  folded: names.map(foldCase),
  inner,
  absent: names.flatMap(() => [0, 0]),
})

/** What was found in an object. */
export interface Members {
  /** Where the object ends. */
  end: number
  /** Start and end of each name's value in turn; 0 where it is absent, as no member's value begins a text. */
  readonly ranges: number[]
  inner: Members | undefined
  /** Why two parsers could read the object differently, if they could. */
  problem: string | undefined
  /** Names that are not read: where the first one stands, and all of them once there are two. */
  others: number | Set<string>
}

export const noMembers = ({ absent }: Shape): Members => ({
  end: 0,
  ranges: absent.slice(),
  inner: undefined,
  problem: undefined,
  others: 0,
})

/** Where the value of a name begins; 0 where the name is absent. */
export const startOf = ({ ranges }: Members, index: number): number => ranges[2 * index] ?? 0

/** Where the value of a name stands; undefined where the name is absent. */
export function rangeOf(found: Members, index: number): Range | undefined {
  const start = startOf(found, index)
  return start === 0 ? undefined : [start, found.ranges[2 * index + 1] ?? 0]
}

/** The value of a name where it is a string. */
export function textAt(bytes: Buffer, found: Members, index: number): string | undefined {
  const start = startOf(found, index)
  return start !== 0 && bytes[start] === quote
    ? textOf(bytes, start, found.ranges[2 * index + 1] ?? 0)
    : undefined
}

/**
 * Reads the object that begins at `start`.
 * @throws AppError parse_error
 */
export function readMembers(bytes: Buffer, start: number, depth: number, wanted: Shape): Members {
  const found = noMembers(wanted)
  let at = enter(bytes, start, depth)
  if (bytes[at] === closeBrace) {
    found.end = at + 1
    return found
  }
  for (;;) {
    let index = indexAt(bytes, at, wanted)
    const known = wanted.bytes[index]
    const nameEnd = known ? at + known.length + 2 : skipString(bytes, at)
    if (!known) index = readOther(found, wanted, bytes, at, nameEnd)
    at = skipColon(bytes, nameEnd)
    at = afterValue(bytes, readValue(found, bytes, at, depth, wanted, index), closeBrace)
    if (bytes[at] === closeBrace) {
      found.end = at + 1
      return found
    }
    at = skipSpace(bytes, at + 1)
  }
}

/** Index of the name that stands at `at`, written without escapes; else -1. */
function indexAt(bytes: Buffer, at: number, { bytes: names }: Shape): number {
  if (bytes[at] !== quote) return -1
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as Buffer // index is in range
    const end = at + 1 + name.length
    if (end < bytes.length && bytes[end] === quote && standsAt(bytes, at + 1, name)) return index
  }
  return -1
}

function standsAt(bytes: Buffer, at: number, name: Buffer): boolean {
  for (let i = 0; i < name.length; i += 1) if (bytes[at + i] !== name[i]) return false
  return true
}

/** Index of a name that was written with escapes; else -1, with what is wrong about it noted. */
function readOther(found: Members, wanted: Shape, bytes: Buffer, start: number, end: number): number {
  if (found.others === 0 && isHarmless(bytes, start, end, wanted)) {
    found.others = start
    return -1
  }
  const name = textOf(bytes, start, end)
  const index = wanted.names.indexOf(name)
  if (index >= 0) return index
  const seen = namesSeen(found, bytes)
  found.problem ??=
    problemOf(name, wanted) ?? (seen.has(name) ? `the member '${name}' stands there twice` : undefined)
  seen.add(name)
  return -1
}

/** Plain ASCII, of another length than every name that we know, and not `__proto__`: neither one of them nor a variant. */
function isHarmless(bytes: Buffer, start: number, end: number, { bytes: names }: Shape): boolean {
  if (bytes[start + 1] === 0x5f) return false
  for (let i = 0; i < names.length; i += 1) if (names[i]?.length === end - start - 2) return false
  for (let at = start + 1; at < end - 1; at += 1) {
    const byte = bytes[at] as number // inside the text
    if (byte >= 0x80 || byte === backslash) return false
  }
  return true
}

function namesSeen(found: Members, bytes: Buffer): Set<string> {
  if (typeof found.others === 'number') {
    const first = found.others
    found.others = new Set(first === 0 ? [] : [textOf(bytes, first, skipString(bytes, first))])
  }
  return found.others
}

function problemOf(name: string, { names, folded }: Shape): string | undefined {
  if (name === '__proto__') return "the member '__proto__' is not allowed here"
  if (!name.isWellFormed()) return 'a member name holds half of a surrogate pair'
  const variant = folded.indexOf(foldCase(name))
  return variant < 0 ? undefined : `write the member '${names[variant]}' exactly so, not '${name}'`
}

/** @returns where the value ends */
function readValue(
  found: Members,
  bytes: Buffer,
  at: number,
  depth: number,
  { names, inner }: Shape,
  index: number,
): number {
  if (index < 0) return skipValue(bytes, at, depth + 1)
  const { ranges } = found
  if (ranges[2 * index] !== 0) found.problem ??= `the member '${names[index]}' stands there twice`
  ranges[2 * index] = at
  if (inner && index === names.length - 1 && bytes[at] === openBrace) {
    found.inner = readMembers(bytes, at, depth + 1, inner)
    ranges[2 * index + 1] = found.inner.end
  } else {
    ranges[2 * index + 1] = skipValue(bytes, at, depth + 1)
  }
  return ranges[2 * index + 1] ?? 0
}

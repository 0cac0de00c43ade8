// Cuts members and elements out of JSON text as they were written, so that numbers past 2^53, member order and spelling
// survive. Takes only text that JSON.parse has accepted; lists.ts cuts entries with it.

/** Text of the member that JSON.parse would keep (the last of equal names); undefined where there is none. */
export function rawMember(object: string, name: string): string | undefined {
  const [start, end] = memberRanges(object, name).at(-1) ?? []
  return start === undefined ? undefined : object.slice(start, end)
}

/** The object with another value (JSON text) for the member, everything else as it was written. */
export const replaceMember = (object: string, name: string, value: string): string =>
  changeAt(object, [name], () => value)

/** The object with this member: another value where it is there already, else as the last one. */
export function setMember(object: string, name: string, value: string): string {
  if (rawMember(object, name) !== undefined) return replaceMember(object, name, value)
  const end = object.lastIndexOf('}')
  const comma = memberRanges(object).length > 0 ? ',' : ''
  return `${object.slice(0, end)}${comma}${JSON.stringify(name)}:${value}${object.slice(end)}`
}

/** The object without this member. The white space between members may go with it. */
export const withoutMember = (object: string, name: string): string =>
  rawMember(object, name) === undefined ? object : withoutMembers(object, (given) => given === name)

/** As withoutMember, for all members with such names. */
export function withoutMembers(object: string, leaves: (name: string) => boolean): string {
  const members = rawMembers(object)
  const kept = members.filter(({ name }) => !leaves(name))
  if (kept.length === members.length) return object
  return `{${kept.map(({ name, value }) => `${JSON.stringify(name)}:${value}`).join(',')}}`
}

/** Where the values of the members with this name (or of all members) are, in order. */
function memberRanges(object: string, name?: string): [start: number, end: number][] {
  const ranges: [number, number][] = []
  eachMember(object, (key, keyEnd, start, end) => {
    if (name === undefined || isNamed(object, key, keyEnd, name)) ranges.push([start, end])
  })
  return ranges
}

/** Whether the key that stands there is this name. A name that is written with escapes is longer than it is. */
function isNamed(object: string, key: number, keyEnd: number, name: string): boolean {
  const length = keyEnd - key - 2
  if (length === name.length) return !name.includes('\\') && object.startsWith(name, key + 1)
  if (length < name.length) return false
  const written = object.slice(key, keyEnd)
  return written.includes('\\') && JSON.parse(written) === name
}

/** The members of an object in their order, values as they were written; none for anything else. */
export function rawMembers(object: string) {
  const found: { name: string; value: string }[] = []
  eachMember(object, (key, keyEnd, start, end) => {
    const name = JSON.parse(object.slice(key, keyEnd)) as string // it starts with a quote
    found.push({ name, value: object.slice(start, end) })
  })
  return found
}

type Visit = (key: number, keyEnd: number, start: number, end: number) => void

/** @param visit told where each key and its value are */
function eachMember(object: string, visit: Visit): void {
  let at = skipSpace(object, 0)
  if (object[at] !== '{') return
  at = skipSpace(object, at + 1)
  while (object[at] === '"') {
    const keyEnd = skipString(object, at)
    const start = skipSpace(object, skipSpace(object, keyEnd) + 1) // past the colon
    const end = skipValue(object, start)
    visit(at, keyEnd, start, end)
    at = skipSpace(object, skipSpace(object, end) + 1) // past the comma or the brace
  }
}

/** Texts of the elements of an array; none for anything else. */
export const rawElements = (array: string): string[] =>
  elementRanges(array).map(([start, end]) => array.slice(start, end))

/**
 * The text with every value at this path changed, everything else as it was written. A step is a member's name; `*` is every
 * element of an array and every member of an object. Where the path leads nowhere, nothing changes.
 */
export function changeAt(text: string, path: readonly string[], change: (value: string) => string): string {
  const [step, ...rest] = path
  if (step === undefined) return change(text)
  const ranges = step === '*' ? [...elementRanges(text), ...memberRanges(text)] : memberRanges(text, step)
  let out = ''
  let at = 0
  for (const [start, end] of ranges) {
    out += text.slice(at, start) + changeAt(text.slice(start, end), rest, change)
    at = end
  }
  return out + text.slice(at)
}

function elementRanges(array: string): [start: number, end: number][] {
  const ranges: [number, number][] = []
  let at = skipSpace(array, 0)
  if (array[at] !== '[') return ranges
  at = skipSpace(array, at + 1)
  while (at < array.length && array[at] !== ']') {
    const end = skipValue(array, at)
    ranges.push([at, end])
    at = skipSpace(array, end)
    if (array[at] !== ',') break
    at = skipSpace(array, at + 1)
  }
  return ranges
}

/** True where arrays and objects are nested deeper than `limit`. */
export function deeperThan(text: string, limit: number): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === quote) at = skipString(text, at) - 1
    else if (char === openBrace || char === openBracket) {
      if (++depth > limit) return true
    } else if (char === closeBrace || char === closeBracket) depth--
  }
  return false
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket, comma] = [
  34, 92, 123, 125, 91, 93, 44,
]

function skipSpace(text: string, at: number): number {
  while (text.charCodeAt(at) <= 32) at++
  return at
}

function skipString(text: string, at: number): number {
  for (at++; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === backslash) at++
    else if (char === quote) return at + 1
  }
  return at
}

function skipValue(text: string, at: number): number {
  const first = text.charCodeAt(at)
  if (first === quote) return skipString(text, at)
  if (first !== openBrace && first !== openBracket) return skipScalar(text, at)
  let depth = 0
  for (; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === quote) at = skipString(text, at) - 1
    else if (char === openBrace || char === openBracket) depth++
    else if ((char === closeBrace || char === closeBracket) && --depth === 0) return at + 1
  }
  return at
}

function skipScalar(text: string, at: number): number {
  for (; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === comma || char === closeBrace || char === closeBracket || char <= 32) break
  }
  return at
}

// Reads JSON text strictly (RFC 8259) and says where it breaks. A name that an object has twice is refused where somebody writes it,
// because one of the two values would be lost; in what others have sent the last one counts, as it does for JSON.parse.

import { type Json, JsonNumber } from './json.ts'

/** Where a text stops being JSON. */
export class JsonProblem extends Error {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number

  constructor(what: string, text: string, at: number) {
    super(what)
    this.name = 'JsonProblem'
    const before = text.slice(0, at).split('\n')
    this.line = before.length
    this.column = (before.at(-1)?.length ?? 0) + 1
  }
}

const maxDepth = 500
const space = /[ \t\n\r]*/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const word = /[a-z]+/y
const words: Readonly<Record<string, Json>> = { true: true, false: false, null: null }

interface Reader {
  readonly text: string
  readonly twice: boolean
  at: number
  depth: number
}

/** @throws JsonProblem */
export const parseJson = (text: string): Json => read({ text, twice: false, at: 0, depth: 0 })

/** Of a server. @throws JsonProblem */
export const parseSent = (text: string): Json => read({ text, twice: true, at: 0, depth: 0 })

function read(reader: Reader): Json {
  skip(reader)
  const value = readValue(reader)
  skip(reader)
  if (reader.at < reader.text.length) throw problem(reader, 'Something follows the end')
  return value
}

const problem = ({ text, at }: Reader, what: string) => new JsonProblem(what, text, at)

/** The text at the reader that `pattern` takes; the reader moves past it. */
function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)?.[0]
  reader.at += found?.length ?? 0
  return found
}

const skip = (reader: Reader) => take(reader, space)

function readValue(reader: Reader): Json {
  const first = reader.text[reader.at]
  if (first === undefined) throw problem(reader, 'A value is missing')
  if (first === '"') return readString(reader)
  if (first === '{' || first === '[') {
    if (++reader.depth > maxDepth) throw problem(reader, `It is nested deeper than ${maxDepth}`)
    const value = first === '{' ? readObject(reader) : readList(reader)
    reader.depth -= 1
    return value
  }
  const start = reader.at
  const digits = take(reader, number)
  if (digits) return new JsonNumber(digits)
  const value = words[take(reader, word) ?? '']
  if (value !== undefined) return value
  reader.at = start
  throw problem(reader, 'This is no value')
}

function readString(reader: Reader): string {
  const { text, at: start } = reader
  let at = start + 1
  for (; text[at] !== '"'; at += 1) {
    if (at >= text.length) throw problem(reader, 'This text does not end')
    if (text[at] === '\\') at += 1
    else if (text.charCodeAt(at) < 0x20) {
      reader.at = at
      throw problem(reader, 'A text may not hold a line break or another control character as it is')
    }
  }
  try {
    const value = JSON.parse(text.slice(start, at + 1)) as string // it stands between quotes
    reader.at = at + 1
    return value
  } catch {
    throw problem(reader, 'A backslash in this text is followed by what it can not escape')
  }
}

function readList(reader: Reader): Json[] {
  const items: Json[] = []
  reader.at += 1
  skip(reader)
  if (ends(reader, ']')) return items
  for (;;) {
    items.push(readValue(reader))
    skip(reader)
    if (ends(reader, ']')) return items
    expect(reader, ',', 'A comma or the closing bracket is missing')
  }
}

function readObject(reader: Reader): Map<string, Json> {
  const members = new Map<string, Json>()
  reader.at += 1
  skip(reader)
  if (ends(reader, '}')) return members
  for (;;) {
    if (reader.text[reader.at] !== '"') throw problem(reader, 'A name in quotes is missing')
    const start = reader.at
    const name = readString(reader)
    if (!reader.twice && members.has(name)) {
      reader.at = start
      throw problem(reader, 'This name is there twice')
    }
    skip(reader)
    expect(reader, ':', 'A colon is missing')
    members.set(name, readValue(reader))
    skip(reader)
    if (ends(reader, '}')) return members
    expect(reader, ',', 'A comma or the closing brace is missing')
  }
}

function ends(reader: Reader, close: string): boolean {
  if (reader.text[reader.at] !== close) return false
  reader.at += 1
  return true
}

function expect(reader: Reader, char: string, otherwise: string): void {
  if (!ends(reader, char)) throw problem(reader, otherwise)
  skip(reader)
}

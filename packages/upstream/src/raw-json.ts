// Cuts members and elements out of JSON text as they were written, so that numbers past 2^53, member order and spelling
// survive. Takes only text that JSON.parse has accepted; tools.ts cuts the tool entries with it.

/** Text of the member that JSON.parse would keep (the last of equal names); undefined where there is none. */
export function rawMember(object: string, name: string): string | undefined {
  let found: string | undefined
  let at = skipSpace(object, 0)
  if (object[at] !== '{') return undefined
  at = skipSpace(object, at + 1)
  while (object[at] === '"') {
    const keyEnd = skipString(object, at)
    const key: unknown = JSON.parse(object.slice(at, keyEnd))
    at = skipSpace(object, skipSpace(object, keyEnd) + 1) // past the colon
    const end = skipValue(object, at)
    if (key === name) found = object.slice(at, end)
    at = skipSpace(object, skipSpace(object, end) + 1) // past the comma or the brace
  }
  return found
}

/** Texts of the elements of an array; none for anything else. */
export function rawElements(array: string): string[] {
  const elements: string[] = []
  let at = skipSpace(array, 0)
  if (array[at] !== '[') return elements
  at = skipSpace(array, at + 1)
  while (at < array.length && array[at] !== ']') {
    const end = skipValue(array, at)
    elements.push(array.slice(at, end))
    at = skipSpace(array, end)
    if (array[at] !== ',') break
    at = skipSpace(array, at + 1)
  }
  return elements
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

// Writes JSON: every number with its own digits, every object in its own order.

import { isList, isObject, type Json, JsonNumber, Unfinished } from './json.ts'

/** In one line. What is unfinished stands there as it was typed. */
export const printJson = (json: Json): string => print(json, '', '')

/** In lines, indented by two. */
export const printLines = (json: Json): string => print(json, '  ', '\n')

function print(json: Json, indent: string, line: string): string {
  if (json instanceof JsonNumber) return json.digits
  if (json instanceof Unfinished) return json.text
  if (isList(json))
    return around(
      json.map((item) => print(item, indent, line && line + indent)),
      '[]',
      indent,
      line,
    )
  if (isObject(json)) {
    const colon = line === '' ? ':' : ': '
    const members = [...json].map(
      ([name, value]) => JSON.stringify(name) + colon + print(value, indent, line && line + indent),
    )
    return around(members, '{}', indent, line)
  }
  return JSON.stringify(json)
}

function around(parts: readonly string[], [open, close]: string, indent: string, line: string): string {
  if (parts.length === 0) return `${open}${close}`
  const inner = line && line + indent
  return `${open}${inner}${parts.join(`,${inner}`)}${line}${close}`
}

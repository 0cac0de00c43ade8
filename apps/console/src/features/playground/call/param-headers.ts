// Arguments that a tool's schema wants repeated in headers (`x-mcp-header`), as a client of the newest revision sends them.
// https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#custom-headers-from-tool-parameters

import { isObject, isTooPrecise, type Json, JsonNumber, member, textMember } from '../json/json.ts'

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

export function paramHeaders(schema: Json, args: Json | undefined): (readonly [string, string])[] {
  const properties = member(schema, 'properties')
  if (!isObject(properties)) return []
  return [...properties].flatMap(([name, inner]) => {
    const header = textMember(inner, 'x-mcp-header')
    const value = textOf(member(args, name))
    const own =
      header !== undefined && token.test(header) && value !== undefined
        ? [[`Mcp-Param-${header}`, headerText(value)] as const]
        : []
    return [...own, ...paramHeaders(inner, member(args, name))]
  })
}

/** Undefined for what no header repeats. */
function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return String(value)
  if (!(value instanceof JsonNumber) || isTooPrecise(value)) return undefined
  const number = Number(value.digits)
  return Number.isFinite(number) ? String(number) : undefined
}

/** The form in which a text may stand in a header: itself where it is plain, else base64. */
export function headerText(text: string): string {
  const plain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text)
  if (plain) return text
  const bytes = new TextEncoder().encode(text)
  return `=?base64?${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}?=`
}

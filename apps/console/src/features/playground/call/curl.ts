// The same call for a terminal: at the gateway's own address, with the key from the environment.

import type { HttpRequest } from './request.ts'

/** @param url at the gateway */
export function curlOf(url: string, { headers, body }: HttpRequest, keyVariable: string): string {
  const lines = headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`)
  return [
    `curl -sS -N ${quoted(url)}`,
    `-H "Authorization: Bearer $${keyVariable}"`,
    ...lines,
    `--data-raw ${quoted(ascii(body))}`,
  ].join(' \\\n  ')
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** The same JSON without a character that a terminal could take for something else. */
const ascii = (json: string) =>
  json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

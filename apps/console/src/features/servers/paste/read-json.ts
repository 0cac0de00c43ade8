// The files of clients (`mcpServers` of Claude, Cursor and others, `servers` of VS Code), one entry of them, and `server.json` of
// the registry (schema 2025-12-11).

import { type Blank, blanksIn, type Entry, type PastedHeader } from './entry.ts'
import { type Fields, isFields, textOf } from './fields.ts'
import { readServerJson } from './read-server-json.ts'
import { readStarted } from './read-started.ts'

/** Undefined for what is no JSON; comments, commas at the end and missing outer braces are no reason to refuse. */
export function parseLoosely(text: string): unknown {
  const bare = withoutComments(text)
  for (const one of [text, bare, `{${bare.replace(/,\s*$/, '')}}`]) {
    try {
      return JSON.parse(one)
    } catch {}
  }
  return undefined
}

/** Texts are skipped as a whole, so that the slashes of a URL are none of a comment. */
const withoutComments = (text: string) =>
  text
    .replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, kept?: string) => kept ?? '')
    .replace(/("(?:[^"\\]|\\.)*")|,(\s*[}\]])/g, (_, kept?: string, end?: string) => kept ?? end ?? '')

/** Null where nothing in it is a server. */
export function readJson(value: unknown): { readonly from: string; readonly entries: Entry[] } | null {
  if (!isFields(value)) return null
  const inner = isFields(value.server) ? value.server : value
  if (Array.isArray(inner.remotes) || Array.isArray(inner.packages))
    return { from: 'a server.json', entries: readServerJson(inner) }
  const mcp = isFields(value.mcp) ? value.mcp : value
  const settings = isFields(mcp.servers) && !isFields(mcp.mcpServers)
  const table = settings ? mcp.servers : (mcp.mcpServers ?? mcp.mcp_servers ?? mcp.context_servers)
  if (isFields(table)) {
    const inputs = Array.isArray(mcp.inputs) ? mcp.inputs.filter(isFields) : []
    const entries = Object.entries(table).flatMap(([name, one]) => readEntry(name, one, inputs) ?? [])
    return { from: settings ? "VS Code's mcp.json" : "a client's mcp.json", entries }
  }
  const own = readEntry(textOf(value.name), value)
  if (own) return { from: 'an entry of an mcp.json', entries: [own] }
  const named = Object.entries(value).flatMap(([name, one]) => readEntry(name, one) ?? [])
  return named.length === 0 ? null : { from: 'entries of an mcp.json', entries: named }
}

/** One entry of such a file. @param inputs what VS Code asks for */
export function readEntry(name: string, value: unknown, inputs: readonly Fields[] = []): Entry | null {
  if (!isFields(value)) return null
  const url = textOf(value.httpUrl) || textOf(value.url) || textOf(value.serverUrl)
  if (url) {
    const headers = headersOf(value)
    const blanks = blanksIn([url, ...headers.map((one) => one.value)], (id) => inputOf(id, inputs))
    return { kind: 'remote', name, url, headers, isSse: isSse(value), blanks }
  }
  const command = textOf(value.command)
  if (!command) return null
  const args = Array.isArray(value.args) ? value.args.map(String) : []
  const env = isFields(value.env) ? value.env : {}
  return readStarted(
    name,
    [command, ...args],
    Object.fromEntries(Object.entries(env).map(([key, one]) => [key, String(one)])),
  )
}

const isSse = ({ type, transport }: Fields) => [type, transport].includes('sse')

function headersOf({ headers, http_headers, bearer_token_env_var }: Fields): PastedHeader[] {
  const table = isFields(headers) ? headers : isFields(http_headers) ? http_headers : {}
  const all = Object.entries(table).map(([key, value]) => ({ key, value: String(value) }))
  const bearer = textOf(bearer_token_env_var)
  return bearer ? [...all, { key: 'Authorization', value: `Bearer \${${bearer}}` }] : all
}

function inputOf(id: string, inputs: readonly Fields[]): Partial<Blank> {
  const input = inputs.find((one) => one.id === id)
  if (!input) return {}
  return {
    about: textOf(input.description),
    fallback: textOf(input.default),
    choices: Array.isArray(input.options) ? input.options.map(String) : [],
    isSecret: input.password === true,
  }
}

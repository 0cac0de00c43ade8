// Recognises what somebody pasted who wants to register a server: a URL, a client's file or entry, a command line, a server.json.

import type { Entry } from './entry.ts'
import { readCommand } from './read-command.ts'
import { parseLoosely, readJson } from './read-json.ts'
import { shellLine } from './shell-words.ts'

export type Pasted =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'entries'; readonly from: string; readonly entries: readonly Entry[] }

export function readPasted(text: string): Pasted {
  const trimmed = text.trim()
  if (trimmed === '') return { kind: 'nothing' }
  if (/^https?:\/\/\S+$/i.test(trimmed)) return one('a URL', remoteAt(trimmed))
  if (/^[{["]/.test(trimmed) || /^\/[/*]/.test(trimmed)) return ofJson(trimmed)
  const command = readCommand(trimmed)
  if (command) return one(command.kind === 'remote' ? "a client's command line" : 'a command', command)
  // A host without its scheme.
  if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:\/\S*)?$/i.test(trimmed))
    return one('a URL', remoteAt(`https://${trimmed}`))
  return {
    kind: 'unknown',
    why: 'This is no URL, no mcp.json, no server.json and no command line that is known here.',
  }
}

function ofJson(text: string): Pasted {
  const value = parseLoosely(text)
  if (value === undefined)
    return {
      kind: 'unknown',
      why: 'This begins like JSON, but it is not whole: a bracket or a quote is missing.',
    }
  const found = readJson(value)
  if (found && found.entries.length > 0) return { kind: 'entries', ...found }
  return { kind: 'unknown', why: 'This is JSON, but nothing in it is an MCP server.' }
}

const one = (from: string, entry: Entry): Pasted => ({ kind: 'entries', from, entries: [entry] })

const remoteAt = (url: string): Entry => ({
  ...{ kind: 'remote', name: '', url, isSse: false, headers: [], blanks: [] },
})

/** A name for a server that has none, from its host: `mcp.files.example.com` is `files`. */
export function nameFrom(url: string): string {
  if (!URL.canParse(url)) return ''
  const { hostname } = new URL(url)
  if (/^[\d.]+$|^\[/.test(hostname)) return ''
  const labels = hostname
    .split('.')
    .filter((label) => !['mcp', 'www', 'api', 'app', 'remote'].includes(label))
  return labels[0] ?? hostname
}

/** The line that serves a started server over Streamable HTTP, and the path where. */
export const servingLine = (words: readonly string[]): string =>
  `npx -y supergateway --outputTransport streamableHttp --port 8000 --stdio ${shellLine([shellLine(words)])}`

export const servedAt = 'http://localhost:8000/mcp'

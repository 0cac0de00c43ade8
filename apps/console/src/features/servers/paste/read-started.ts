// A server that is started by a command, with its environment; and what such a command can turn out to be.

import { blanksIn, type Entry, type PastedHeader } from './entry.ts'

export const isAddress = (text: string) => /^https?:\/\//i.test(text)

export const readRemote = (
  name: string,
  url: string,
  headers: readonly PastedHeader[],
  isSse: boolean,
): Entry => ({
  ...{ kind: 'remote', name, url, headers, isSse },
  blanks: blanksIn([url, ...headers.map(({ value }) => value)]),
})

/** `Name: value`. */
export function headerOf(text: string): PastedHeader[] {
  const [, key, value] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/s.exec(text) ?? []
  return key === undefined || value === undefined ? [] : [{ key, value }]
}

/** A command and its environment; `npx mcp-remote <url>` is a client of the server at that URL. */
export function readStarted(
  name: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Entry {
  const set = command.findIndex((word) => !/^[A-Z_][A-Z0-9_]*=/.test(word))
  const assigned = command.slice(0, set).map((word) => word.split(/=(.*)/s))
  const words = command.slice(set)
  const known = { ...env, ...Object.fromEntries(assigned.map(([key = '', value = '']) => [key, value])) }
  const bridge = words.findIndex((word) => /^mcp-remote(?:@|$)/.test(word))
  const url = bridge < 0 ? undefined : words.slice(bridge + 1).find(isAddress)
  if (url === undefined) return { kind: 'started', name, words, env: Object.keys(known) }
  const headers = words.flatMap((word, at) => (word === '--header' ? headerOf(words[at + 1] ?? '') : []))
  // It takes the variables of its own environment.
  const told = headers.map(({ key, value }) => ({
    key,
    value: value.replace(/\$\{(\w+)\}/g, (all, one: string) => known[one] ?? all),
  }))
  return readRemote(
    name,
    url,
    told,
    words.some((word, at) => word === '--transport' && words[at + 1] === 'sse-only'),
  )
}

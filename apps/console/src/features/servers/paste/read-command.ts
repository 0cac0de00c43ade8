// A client's command line (`claude mcp add …`, `codex mcp add …`, `gemini mcp add …`, `code --add-mcp …`), or the command of a
// server. The forms are those of the clients' own documentation.

import type { Entry } from './entry.ts'
import { readEntry } from './read-json.ts'
import { headerOf, isAddress, readRemote, readStarted } from './read-started.ts'
import { shellWords } from './shell-words.ts'

/** Null where it is no command that anybody knows. */
export function readCommand(line: string): Entry | null {
  const words = shellWords(line)
  if (words === null || words.length === 0) return null
  const [program = '', ...rest] = words
  const name = program.split(/[\\/]/).at(-1) ?? ''
  if (rest[0] === 'mcp' && rest[1] === 'add-json') return readJsonOf(rest[3] ?? '', rest[2] ?? '')
  if (rest[0] === 'mcp' && rest[1] === 'add') return readAdd(rest.slice(2))
  if (rest[0] === '--add-mcp') return readJsonOf(rest[1] ?? '', '')
  return isLauncher(name) || /^[A-Z_][A-Z0-9_]*=/.test(program) ? readStarted('', words, {}) : null
}

const launchers = new Set([
  ...['npx', 'npm', 'pnpm', 'yarn', 'bunx', 'bun', 'node', 'deno', 'uvx', 'uv', 'pipx', 'python', 'python3'],
  ...['docker', 'podman', 'java', 'dotnet', 'go', 'cargo', 'ruby', 'bash', 'sh', 'cmd', 'dnx'],
])
const isLauncher = (name: string) => launchers.has(name.replace(/\.(?:exe|cmd)$/i, '').toLowerCase())

function readJsonOf(text: string, name: string): Entry | null {
  try {
    return readEntry(name, JSON.parse(text))
  } catch {
    return null
  }
}

/** The options that these commands have and that take a value. */
const valued: ReadonlyMap<string, 'transport' | 'header' | 'env' | 'url' | 'bearer' | 'other'> = new Map([
  ...(['-t', '--transport', '--type'] as const).map((one) => [one, 'transport'] as const),
  ...(['-H', '--header'] as const).map((one) => [one, 'header'] as const),
  ...(['-e', '--env'] as const).map((one) => [one, 'env'] as const),
  ...[['--url', 'url'] as const, ['--bearer-token-env-var', 'bearer'] as const],
  ...(['-s', '--scope', '--client-id', '--callback-port', '--timeout', '--description'] as const).map(
    (one) => [one, 'other'] as const,
  ),
])

function readAdd(words: readonly string[]): Entry | null {
  const found: Record<string, string[]> = {}
  const plain: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (word === '--' || (plain.length >= 2 && !isAddress(plain[1] ?? ''))) {
      plain.push(...words.slice(word === '--' ? at + 1 : at))
      break
    }
    const [option = '', joined] = word.startsWith('--') ? word.split(/=(.*)/s) : [word]
    const means = valued.get(option)
    if (means !== undefined) {
      if (joined === undefined) at += 1
      found[means] = [...(found[means] ?? []), joined ?? words[at] ?? '']
    } else if (!word.startsWith('-')) plain.push(word)
  }
  const [name = '', target = '', ...args] = plain
  const url = found.url?.[0] ?? (isAddress(target) ? target : undefined)
  if (url !== undefined) {
    const bearer = found.bearer?.map((one) => `Authorization: Bearer \${${one}}`) ?? []
    const headers = [...(found.header ?? []), ...bearer].flatMap(headerOf)
    // A shell fills its variables in; here somebody has to.
    const open = headers.map(({ key, value }) => ({ key, value: value.replace(/\$(\w+)/g, '$${$1}') }))
    return readRemote(name, url, open, found.transport?.[0] === 'sse')
  }
  if (target === '') return null
  const env = (found.env ?? []).map((one) => one.split(/=(.*)/s))
  return readStarted(
    name,
    [target, ...args],
    Object.fromEntries(env.map(([key, value = '']) => [key, value])),
  )
}

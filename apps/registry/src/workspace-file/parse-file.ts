// A file as it was sent, or the mistakes in it.

import { AppError } from '@gatehouse/errors'
import {
  type FileMistake,
  type FileServer,
  fileServer,
  type WorkspaceFile,
  workspaceFileVersion,
  workspaceFrame,
} from '@gatehouse/registry-api'
import type { z } from 'zod'

/** More of them would make the answer longer than anybody reads. */
const shown = 1_000

/** @throws AppError import_invalid with `mistakes` */
export function parseFile(body: unknown): WorkspaceFile {
  const version = versionOf(body)
  if (version !== undefined && version > workspaceFileVersion)
    throw new AppError('import_invalid', {
      todo: 'Update Gatehouse; nothing was imported',
      what: `the file is of version ${version}, this Gatehouse reads ${workspaceFileVersion}`,
      data: { mistakes: [{ at: 'version', what: 'is newer than this Gatehouse' }] },
    })
  const frame = workspaceFrame.safeParse(body)
  const servers: FileServer[] = []
  const mistakes = frame.success ? [] : mistakesOf(frame.error)
  // No further than is shown: a large file may be nothing but mistakes, and each costs its time.
  for (const [at, given] of serversOf(frame.success ? frame.data : body).entries()) {
    if (mistakes.length >= shown) break
    const server = fileServer.safeParse(given)
    if (server.success) servers.push(server.data)
    else mistakes.push(...mistakesOf(server.error, ['servers', at]))
  }
  if (frame.success && mistakes.length === 0) {
    mistakes.push(...repeats(servers))
    if (mistakes.length === 0) return { ...frame.data, servers }
  }
  const first = mistakes
    .slice(0, 3)
    .map(({ at, what }) => `${at}: ${what}`)
    .join('; ')
  const others = mistakes.length < shown ? `${mistakes.length - 3} more` : 'many more'
  const more = mistakes.length > 3 ? `; and ${others}` : ''
  throw new AppError('import_invalid', {
    what: `${first}${more}`,
    data: { mistakes: mistakes.slice(0, shown) },
  })
}

const mistakesOf = ({ issues }: z.ZodError, place: readonly PropertyKey[] = []): FileMistake[] =>
  issues
    .slice(0, shown)
    .map(({ path, message }) => ({ at: [...place, ...path].join('.') || 'the file', what: message }))

/** Those of a file that is wrong elsewhere, too. */
function serversOf(body: unknown): readonly unknown[] {
  const servers: unknown = typeof body === 'object' && body !== null && Reflect.get(body, 'servers')
  return Array.isArray(servers) ? servers : []
}

function versionOf(body: unknown): number | undefined {
  const version: unknown = typeof body === 'object' && body !== null && Reflect.get(body, 'version')
  return typeof version === 'number' ? version : undefined
}

/** What no schema of one server sees. */
function repeats(servers: readonly FileServer[]): FileMistake[] {
  const seen = new Map<string, number>()
  return servers.flatMap(({ slug }, at) => {
    const first = seen.get(slug)
    seen.set(slug, first ?? at)
    if (first === undefined) return []
    return [{ at: `servers.${at}.slug`, what: `'${slug}' is already that of servers.${first}` }]
  })
}

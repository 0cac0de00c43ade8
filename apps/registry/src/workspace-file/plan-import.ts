// What an import would do, server by server; apply-import.ts does it. A secret is never touched: where a change would cost one,
// it is a conflict.

import { isDeepStrictEqual } from 'node:util'
import { AppError } from '@gatehouse/errors'
import type { FileServer, ImportStep, WorkspaceFile } from '@gatehouse/registry-api'
import type { PresentServer } from './read-servers.ts'

/** What the workspace has. */
export interface Present {
  readonly servers: ReadonlyMap<string, PresentServer>
  /** Slugs that were given out ever. */
  readonly usedSlugs: ReadonlySet<string>
  /** The id of the shared OAuth client that is meant, where there is one. */
  clientOf(client: NonNullable<FileServer['oauth_client']>): string | undefined
  /** @throws AppError where no server may be at this URL */
  checkUrl(url: string): void
}

export interface Planned {
  readonly step: ImportStep
  /** As it is to be, without what the file can't bring. */
  readonly wanted: FileServer
  readonly present: PresentServer | undefined
}

export const planImport = (file: WorkspaceFile, present: Present): Planned[] =>
  file.servers.map((wanted) => planOne(wanted, present))

function planOne(given: FileServer, present: Present): Planned {
  const there = present.servers.get(given.slug)
  const lacksClient = given.oauth_client !== null && present.clientOf(given.oauth_client) === undefined
  const stored = new Set(there?.file.headers.map((name) => name.toLowerCase()))
  const lacking = given.headers.filter((name) => !stored.has(name.toLowerCase()))
  // Headers stay as they are stored; a client that isn't known here leaves what is set.
  const wanted: FileServer = {
    ...given,
    url: given.url.trim(),
    disabled_tools: [...new Set(given.disabled_tools)].sort(),
    headers: there?.file.headers ?? [],
    oauth_client: lacksClient ? (there?.file.oauth_client ?? null) : given.oauth_client,
  }
  const changes = there ? differences(there.file, wanted) : []
  const problem = problemOf(wanted, there, present)
  const action = !there ? 'create' : changes.length > 0 ? 'update' : 'unchanged'
  const to_enter = [
    ...lacking.map((name) => `header ${name}`),
    ...(lacksClient ? [`OAuth client ${given.oauth_client?.client_id}`] : []),
  ]
  const { slug, name } = given
  const isInTheWay = problem !== null && action !== 'unchanged'
  return {
    step: {
      ...{ slug, name, changes, to_enter },
      action: isInTheWay ? 'conflict' : action,
      problem: isInTheWay ? problem : null,
    },
    wanted,
    present: there,
  }
}

function differences(before: FileServer, after: FileServer): ImportStep['changes'] {
  const fields = Object.keys(after) as (keyof FileServer)[] // its schema is strict
  return fields
    .filter((field) => !isDeepStrictEqual(before[field], after[field]))
    .map((field) => ({ field, before: before[field], after: after[field] }))
}

function problemOf(wanted: FileServer, there: PresentServer | undefined, present: Present): string | null {
  const before = there?.file
  if (!before && present.usedSlugs.has(wanted.slug))
    return 'the slug was that of a server that is deleted; slugs are never reused'
  if (before?.url !== wanted.url) {
    try {
      present.checkUrl(wanted.url)
    } catch (error) {
      if (error instanceof AppError) return `its URL is not allowed here: ${error.what}`
      throw error
    }
  }
  if (!before) return null
  for (const field of ['vendor_id', 'external_system_id'] as const)
    if (before[field] !== wanted[field]) return `'${field}' can not be changed`
  if (before.headers.length === 0) return null
  if (wanted.auth_type === 'oauth') return 'it has stored headers here, and the file wants OAuth'
  if (new URL(before.url).origin !== new URL(wanted.url).origin)
    return 'it is at another origin here, where its stored headers would be lost'
  return null
}

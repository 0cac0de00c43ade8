// From the name or URI that a client uses to the server and what it is called there.

import { AppError } from '@gatehouse/errors'
import { ownName, ownUri, slugOf } from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Deps } from '../../deps.ts'
import type { Bearer } from '../session-token.ts'

/** A list so fresh is not fetched again for a name that it lacks. */
const recentMs = 5_000

/** What has a name, and the list that names it. */
export const namedKinds = {
  tool: { list: 'tools/list', code: 'unknown_tool', what: 'Unknown tool' },
  prompt: { list: 'prompts/list', code: 'unknown_prompt', what: 'Unknown prompt' },
} as const

export type NamedKind = keyof typeof namedKinds

/** @throws AppError unknown_tool or unknown_prompt where none of the caller's servers has this prefix */
export function serverOfName(
  exposed: string,
  kind: NamedKind,
  servers: readonly ResolvedServer[],
): ResolvedServer {
  const slug = slugOf(exposed)
  const server = servers.find((one) => one.slug === slug)
  if (server === undefined) throw unknown(exposed, kind)
  return server
}

/**
 * Looks the name up in the server's list, fetched again where it isn't there. A server whose list can't be had is still
 * asked where the name was not changed: its own answer then says more than we could.
 * @throws AppError unknown_tool or unknown_prompt; the list's failure where the name can't be known without it
 */
export async function findName(
  deps: Pick<Deps, 'lists'>,
  bearer: Bearer,
  exposed: string,
  kind: NamedKind,
): Promise<string> {
  const { list } = namedKinds[kind]
  try {
    const now = performance.now()
    let { offer } = await deps.lists.get(list, bearer)
    if (!offer.names.has(exposed)) ({ offer } = await deps.lists.get(list, bearer, now - recentMs))
    const name = offer.names.get(exposed)
    if (name === undefined) throw unknown(exposed, kind)
    return name
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith('upstream_')) throw error
    const name = ownName(bearer.server.slug, exposed)
    if (name === undefined) throw error
    return name
  }
}

/** @throws AppError unknown_resource where the URI is of none of the caller's servers */
export function findUri(exposed: string, servers: readonly ResolvedServer[]) {
  const own = ownUri(exposed)
  const server = own && servers.find((one) => one.slug === own.slug)
  if (server === undefined) {
    throw new AppError('unknown_resource', { what: 'Resource not found', data: { uri: exposed } })
  }
  return { server, uri: own?.uri ?? '' }
}

const unknown = (name: string, kind: NamedKind) =>
  new AppError(namedKinds[kind].code, { what: `${namedKinds[kind].what}: ${name.slice(0, 128)}` })

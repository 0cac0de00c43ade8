// What the state of a connection means to a person.

import type { Connection, Server } from '@gatehouse/registry-api'

export interface ConnectionVerdict {
  readonly word: string
  readonly tone: 'good' | 'warn' | 'bad'
}

/** One whose sign-in ends soon asks for attention while calls still work. */
export function connectionVerdict({
  state,
  warning,
}: Pick<Connection, 'state' | 'warning'>): ConnectionVerdict {
  if (state === 'needs_reconnecting') return { word: 'Reconnect needed', tone: 'bad' }
  return warning === null ? { word: 'Connected', tone: 'good' } : { word: 'Reconnect soon', tone: 'warn' }
}

/** A word of the last refresh as people say it. */
export const refreshWords = (result: string | null): string =>
  result === null ? 'Not known' : result === 'ok' ? 'Refreshed' : `Failed: ${result.replaceAll('_', ' ')}`

/** The connection that this person's calls to the server go under: their own, or at a shared provider the one that nobody owns. */
export function connectionOf(
  server: Pick<Server, 'id' | 'oauth_mode' | 'oauth_provider_id'>,
  connections: readonly Connection[],
  userId: string | undefined,
): Connection | undefined {
  const own = (one: Connection) => one.owner !== null && one.owner.id === userId
  if (server.oauth_mode !== 'legacy_shared_provider')
    return connections.find((one) => one.server?.id === server.id && own(one))
  const here = connections.filter(
    (one) =>
      one.provider_id === server.oauth_provider_id && (one.server === null || one.server.id === server.id),
  )
  return here.find(own) ?? here.find((one) => one.owner === null)
}

/** Every connection under which calls to the server may go. */
export const connectionsAt = (
  server: Pick<Server, 'id' | 'oauth_mode' | 'oauth_provider_id'>,
  connections: readonly Connection[],
): Connection[] =>
  connections.filter((one) =>
    one.server === null
      ? server.oauth_mode === 'legacy_shared_provider' && one.provider_id === server.oauth_provider_id
      : one.server.id === server.id,
  )

/** Whether a person can have an account of their own there: always, unless its shared provider is gone. */
export const takesAccounts = ({
  auth_type,
  oauth_mode,
  oauth_provider_id,
}: Pick<Server, 'auth_type' | 'oauth_mode' | 'oauth_provider_id'>): boolean =>
  auth_type === 'oauth' && (oauth_mode === 'per_user_dynamic_client' || oauth_provider_id !== null)

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

/** The connection that this person's calls to the server go under: their own, or the one that everybody shares. */
export function connectionOf(
  server: Pick<Server, 'id' | 'oauth_mode' | 'oauth_provider_id'>,
  connections: readonly Connection[],
  userId: string | undefined,
): Connection | undefined {
  if (server.oauth_mode === 'legacy_shared_provider')
    return connections.find((one) => one.owner === null && one.provider_id === server.oauth_provider_id)
  return connections.find((one) => one.server?.id === server.id && one.owner?.id === userId)
}

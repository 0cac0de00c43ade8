// Which connections a list shows, and which are still missing.

import type { Connection, Server } from '@gatehouse/registry-api'

/** Those whose server, owner, label or scopes contain every word of `search`: what needs somebody first, then by name. */
export function findConnections(connections: readonly Connection[], search: string): Connection[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const name = (one: Connection) => `${one.server?.name ?? ''} ${one.owner?.name ?? ''}`
  return connections
    .filter((one) => {
      const text = `${name(one)} ${one.server?.slug ?? ''} ${one.label} ${one.scopes.join(' ')}`.toLowerCase()
      return words.every((word) => text.includes(word))
    })
    .sort((a, b) => b.state.localeCompare(a.state) || name(a).localeCompare(name(b)))
}

/** Servers where each person connects, and this one has not. */
export function missing(
  servers: readonly Server[],
  connections: readonly Connection[],
  userId: string | undefined,
): Server[] {
  const own = new Set(connections.filter(({ owner }) => owner?.id === userId).map(({ server }) => server?.id))
  return servers.filter(
    ({ id, auth_type, oauth_mode }) =>
      auth_type === 'oauth' && oauth_mode === 'per_user_dynamic_client' && !own.has(id),
  )
}

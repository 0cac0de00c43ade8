// Which connections a list shows, and which are still missing.

import type { Connection, Server } from '@gatehouse/registry-api'
import { connectionOf, takesAccounts } from '#lib/connection-words.ts'

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

/** Servers that refuse this person's calls until they connect, and where they have not. */
export function missing(
  servers: readonly Server[],
  connections: readonly Connection[],
  userId: string | undefined,
): Server[] {
  return servers.filter(
    (server) =>
      takesAccounts(server) &&
      connectionOf(server, connections, userId) === undefined &&
      // A shared provider may need nobody.
      (server.oauth_mode === 'per_user_dynamic_client' || server.can_invoke === false),
  )
}

// Which connections somebody may see, label and end: their own, or with api-keys:all every one of the workspace. A service's own
// are those that nobody owns; so they are for who keeps the servers' credentials.

import { type Actor, may } from '../actor.ts'
import type { Prisma } from '../generated/client.ts'

export function visibleConnections(actor: Actor): Prisma.OAuthTokenWhereInput {
  const { workspaceId, userId, servers } = actor
  // A key that is limited to some servers reaches nothing that is not one of theirs.
  const reached = servers === null ? {} : { serverId: { in: [...servers] } }
  if (may(actor, 'api-keys:all')) return { workspaceId, ...reached }
  const nobodys = userId === null || may(actor, 'mcp-servers:update')
  const owners = [...(userId === null ? [] : [{ ownerId: userId }]), ...(nobodys ? [{ ownerId: null }] : [])]
  return { workspaceId, ...reached, OR: owners }
}

// Which keys somebody may see and manage: their own, or with api-keys:all every one of the workspace; never those that the
// console and the registry use themselves.

import { type Actor, may } from '../actor.ts'
import type { Prisma } from '../generated/client.ts'

/** A person's own keys are those they own, the console's for them too; a service key's own is itself. */
export const ownKeys = (actor: Actor): Prisma.ApiKeyWhereInput =>
  actor.userId === null
    ? { workspaceId: actor.workspaceId, id: actor.id }
    : { workspaceId: actor.workspaceId, ownerId: actor.userId }

export const visibleKeys = (actor: Actor): Prisma.ApiKeyWhereInput => ({
  ...(may(actor, 'api-keys:all') ? { workspaceId: actor.workspaceId } : ownKeys(actor)),
  purpose: 'client',
})

// Who acts, and what that one may do. authenticate.ts makes actors from API keys and console sessions; routes wrap their
// handlers with its withActor.

import { AuthError } from '@gatehouse/errors'
import type { Permission } from '@gatehouse/registry-api'

export interface Actor {
  readonly type: 'user' | 'api-key' | 'system'
  /** Of the user or the key; what audit events name. */
  readonly id: string
  readonly name: string
  readonly workspaceId: string
  /** The person behind it; null for a service key and the system. */
  readonly userId: string | null
  readonly keyId: string | null
  readonly kind: 'user' | 'service' | 'session'
  /** The console's session of a person who is signed in. */
  readonly sessionId?: string
  /** Already intersected with the person's present role. */
  readonly permissions: ReadonlySet<Permission>
  /** null: every server. */
  readonly servers: readonly string[] | null
}

/** What lives as long as one request. */
export interface Call {
  readonly requestId: string
  readonly actor: Actor
  /** Aborts when the client goes away before its answer is complete. */
  readonly signal: AbortSignal
}

const wider: Partial<Record<Permission, Permission>> = {
  'api-keys:own': 'api-keys:all',
  'calls:own': 'calls:all',
}

/** True when the permission, or the one for everybody's objects that contains it, is among these. */
export function includes(permissions: Iterable<Permission>, permission: Permission): boolean {
  const granted = new Set(permissions)
  const all = wider[permission]
  return granted.has(permission) || (all !== undefined && granted.has(all))
}

/** True when the actor has the permission. */
export const may = (actor: Actor, permission: Permission) => includes(actor.permissions, permission)

/** @throws AuthError 403 with the missing permission in `detail` */
export function requirePermission(actor: Actor, permission: Permission): void {
  if (!may(actor, permission)) throw new AuthError(403, `the permission ${permission} is missing`)
}

/** True when the actor's key reaches this server; sessions reach every server of their workspace. */
export function mayReach(actor: Actor, serverId: string): boolean {
  return actor.servers === null || actor.servers.includes(serverId)
}

// From the console's cookie to an actor: who is signed in, in which of their workspaces, and what their role allows there now.

import { AppError, AuthError } from '@gatehouse/errors'
import { type Role, role, rolePermissions } from '@gatehouse/registry-api'
import { fromNodeHeaders } from 'better-auth/node'
import type { Request } from 'express'
import type { Actor } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { withinOutageLimit } from './within-outage-limit.ts'

export interface Person {
  readonly id: string
  readonly name: string
}

/** Who is signed in, in whatever workspaces. @throws AppError origin_forbidden */
export async function signedInPerson(
  deps: Deps,
  req: Request,
): Promise<(Person & { readonly sessionId: string }) | null> {
  if (req.headers.cookie === undefined) return null
  const headers = fromNodeHeaders(req.headers)
  const session = await withinOutageLimit(deps, () =>
    deps.auth.api.getSession({ headers, query: { disableRefresh: true } }),
  )
  if (session === null) return null
  checkOrigin(deps, req)
  return { ...session.user, sessionId: session.session.id }
}

/** Null where nobody is signed in. @throws AuthError in a foreign workspace, AppError origin_forbidden */
export async function sessionActor(deps: Deps, req: Request): Promise<Actor | null> {
  const user = await signedInPerson(deps, req)
  if (user === null) return null
  const memberships = await deps.db.asSystem((tx) =>
    tx.membership.findMany({
      where: { userId: user.id },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      select: { workspaceId: true, role: true },
    }),
  )
  const wanted = req.get('X-Workspace-Id')?.toLowerCase()
  const membership =
    wanted === undefined ? memberships[0] : memberships.find(({ workspaceId }) => workspaceId === wanted)
  if (membership === undefined) throw new AuthError(403, 'you are not a member of this workspace')
  const person = personActor(membership.workspaceId, user, role.parse(membership.role))
  return { ...person, sessionId: user.sessionId }
}

/** A person who acts by themselves; without a role when they only just come in. */
export const personActor = (workspaceId: string, person: Person, as?: Role): Actor => ({
  type: 'user',
  id: person.id,
  name: person.name,
  workspaceId,
  userId: person.id,
  keyId: null,
  kind: 'session',
  permissions: new Set(as === undefined ? [] : rolePermissions[as]),
  servers: null,
})

/** Browsers send the cookie whoever made the page, so what changes something must come from the console's own. @throws AppError origin_forbidden */
export function checkOrigin(deps: Deps, req: Request): void {
  if (req.method === 'GET' || req.method === 'HEAD') return
  const console = new URL(deps.config.CONSOLE_PUBLIC_URL).origin
  if (req.headers.origin !== console)
    throw new AppError('origin_forbidden', {
      todo: "Send requests that change something from the console's origin",
    })
}

// The person at a browser: which session of the console they have, and who they are in the workspace that a link belongs to.
// The link itself says nothing about them.

import { AppError } from '@gatehouse/errors'
import { role } from '@gatehouse/registry-api'
import { fromNodeHeaders } from 'better-auth/node'
import type { Request } from 'express'
import { type Actor, type Call, may } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { personActor } from '../people/session-actor.ts'
import { withinOutageLimit } from '../people/within-outage-limit.ts'
import { hashOf } from './one-time.ts'

export interface Visitor {
  readonly actor: Actor
  /** Of the browser's session: who signs in again is another one. */
  readonly browserHash: Buffer<ArrayBuffer>
  readonly requestId: string
}

/** Undefined for who has no session here, as API keys have none. */
export async function visitorOf(deps: Deps, call: Call, req: Request): Promise<Visitor | undefined> {
  if (call.actor.kind !== 'session') return undefined
  const headers = fromNodeHeaders(req.headers)
  const found = await withinOutageLimit(deps, () =>
    deps.auth.api.getSession({ headers, query: { disableRefresh: true } }),
  )
  if (found === null || found.user.id !== call.actor.userId) return undefined
  return { actor: call.actor, browserHash: hashOf(found.session.id), requestId: call.requestId }
}

/** A visit as gatehouse_system finds it, wherever it is. */
export interface FoundVisit {
  readonly workspaceId: string
  readonly id: string
  readonly ownerId: string | null
}

/**
 * The visitor as a member of the visit's workspace, who may connect: their own account, or the services' where they manage those.
 * @throws AppError connect_link_not_found
 */
export async function memberFor(deps: Deps, visitor: Visitor, visit: FoundVisit): Promise<Actor> {
  const { id: userId, name } = visitor.actor
  const { workspaceId } = visit
  const member = await deps.db.asSystem((tx) =>
    tx.membership.findUnique({
      where: { workspaceId_userId: { workspaceId, userId } },
      select: { role: true },
    }),
  )
  const actor = member && personActor(workspaceId, { id: userId, name }, role.parse(member.role))
  const isTheirs = visit.ownerId === null ? actor && may(actor, 'api-keys:all') : visit.ownerId === userId
  if (!actor || !isTheirs || !may(actor, 'mcp-servers:invoke')) throw new AppError('connect_link_not_found')
  return actor
}

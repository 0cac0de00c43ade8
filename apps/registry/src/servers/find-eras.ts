// Asks a server which protocol eras it speaks, for people to see. Gateways find out for themselves.

import { AppError } from '@gatehouse/errors'
import { type ErasFound, toTimestamp } from '@gatehouse/registry-api'
import { findEras as ask } from '@gatehouse/upstream'
import { type Actor, mayReach } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { storedCredential } from '../tools/stored-credential.ts'

const answerWithinMs = 5_000

/** @throws AppError mcp_server_not_found, credential_unreadable, upstream_auth_unavailable, url_not_allowed */
export async function findEras(deps: Deps, actor: Actor, id: string): Promise<ErasFound> {
  const { workspaceId, userId } = actor
  if (!mayReach(actor, id)) throw new AppError('mcp_server_not_found')
  const { url, generation, headers } = await storedCredential(deps, workspaceId, id, userId)
  const { origin, pathname, search } = deps.egress.checkUrl(url)
  const pool = deps.egress.upstreamPool(origin, { connections: 1, headersTimeout: 0, bodyTimeout: 0 })
  const found = await ask(
    { pool, path: pathname + search, headers, maxBytes: 1024 * 1024 },
    answerWithinMs,
    'both',
  ).finally(() => pool.destroy())
  const checkedAt = deps.now()
  const [legacy, modern] = [found.legacy ?? null, found.modern ?? null]
  // What shows nothing, a server that is down for instance, takes nothing back.
  if (legacy === null && modern === null) return { legacy, modern, checked_at: toTimestamp(checkedAt) }
  await deps.db.inWorkspace(workspaceId, (tx) =>
    // Not where the server has moved or has another credential by now.
    tx.mcpServer.updateMany({
      where: { workspaceId, id, url, credentialGeneration: generation },
      data: { speaksLegacy: legacy, speaksModern: modern, erasCheckedAt: checkedAt },
    }),
  )
  return { legacy, modern, checked_at: toTimestamp(checkedAt) }
}

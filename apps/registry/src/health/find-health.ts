// The health of one server, as it was written last, and a look at it now.

import { AppError } from '@gatehouse/errors'
import type { Health, TestedServer } from '@gatehouse/registry-api'
import { type Actor, mayReach } from '../actor.ts'
import type { Deps } from '../deps.ts'
import type { Looks } from './look.ts'
import { toHealth, toReason } from './to-wire.ts'

const withinMs = 10_000

/** @throws AppError mcp_server_not_found */
export async function findHealth(deps: Deps, actor: Actor, id: string): Promise<Health> {
  const row = await find(deps, actor, id)
  return toHealth(row, row.health)
}

/** A server that is switched off is not called. @throws AppError mcp_server_not_found */
export async function testServer(deps: Deps, looks: Looks, actor: Actor, id: string): Promise<TestedServer> {
  const server = await find(deps, actor, id)
  if (!server.enabled) {
    const detail = 'Switch the server on: it is disabled, so calls to it are refused'
    const reason = { code: 'disabled', http_status: null, detail }
    return { ok: false, measured: 'check', duration_ms: 0, reason, health: toHealth(server, server.health) }
  }
  const seen = await looks.look(server, withinMs)
  return {
    ok: ['healthy', 'reachable'].includes(seen.state),
    measured: seen.measured,
    duration_ms: seen.durationMs,
    reason: toReason(seen.reason),
    health: await findHealth(deps, actor, id),
  }
}

async function find(deps: Deps, actor: Actor, id: string) {
  const { workspaceId } = actor
  const row = mayReach(actor, id)
    ? await deps.db.inWorkspace(workspaceId, (tx) =>
        tx.mcpServer.findUnique({
          where: { workspaceId_id: { workspaceId, id } },
          select: {
            ...{ workspaceId: true, id: true, slug: true, url: true, enabled: true },
            ...{ authType: true, oauthMode: true, oauthProviderId: true, health: true },
          },
        }),
      )
    : null
  if (!row) throw new AppError('mcp_server_not_found')
  return row
}

// Changes in the health of servers as server-sent events. While a page has this open, the servers that it shows are looked at
// every 5 s; the credential is looked at again with every beat.

import type { serverStreamQuery } from '@gatehouse/registry-api'
import type { Request, Response } from 'express'
import type { z } from 'zod'
import { type Actor, type Call, mayReach, requirePermission } from '../actor.ts'
import { authenticate } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { openEventStream } from '../event-stream.ts'
import { parseId } from '../parse.ts'

const beatMs = 5_000

export async function streamServers(
  deps: Deps,
  call: Call,
  query: z.output<typeof serverStreamQuery>,
  req: Request,
  res: Response,
): Promise<void> {
  const { workspaceId } = call.actor
  const ids = [...new Set((query.watch?.split(',') ?? []).map((id) => parseId(id, 'watch')))]
  let actor = call.actor
  await watch(deps, actor, ids)
  const stop = deps.health.watch(workspaceId, {
    changed(serverId) {
      if (mayReach(actor, serverId)) stream.send('changed', { server_id: serverId })
    },
    gap: () => stream.end(),
  })
  const stream = openEventStream(deps.streams, res, {
    beatMs,
    onClose: stop,
    beat: async () => {
      actor = await authenticate(deps, req)
      requirePermission(actor, 'mcp-servers:read')
      await watch(deps, actor, ids)
    },
  })
}

/** Written every ten seconds at most, however many pages show a server. */
async function watch(deps: Deps, actor: Actor, ids: readonly string[]): Promise<void> {
  const { workspaceId } = actor
  const reached = ids.filter((id) => mayReach(actor, id)).toSorted()
  if (reached.length === 0) return
  await deps.db.inWorkspace(
    workspaceId,
    (tx) => tx.$executeRaw`
      INSERT INTO server_health AS h (workspace_id, server_id, since, watched_until)
      SELECT s.workspace_id, s.id, now(), now() + interval '20 seconds' FROM mcp_server s
        LEFT JOIN server_health k ON k.workspace_id = s.workspace_id AND k.server_id = s.id
      WHERE s.workspace_id = ${workspaceId}::uuid AND s.id = ANY(${reached}::uuid[])
        AND coalesce(k.watched_until, '-infinity') < now() + interval '10 seconds'
      ORDER BY s.id
      ON CONFLICT (workspace_id, server_id) DO UPDATE SET watched_until = excluded.watched_until`,
  )
}

// Capture mode of a server: on for a while, or off at once. Gateways learn of it like of every other change. What they copy:
// keep-captured.ts.

import { AppError } from '@gatehouse/errors'
import { type ServerCapture, toTimestamp } from '@gatehouse/registry-api'
import { type Call, mayReach } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Deps } from '../deps.ts'

/** @throws AppError mcp_server_not_found, revocation_pending */
export async function startCapture(
  deps: Deps,
  call: Call,
  id: string,
  minutes: number,
): Promise<ServerCapture> {
  const until = new Date(deps.now().getTime() + minutes * 60_000)
  await setCapture(deps, call, id, until)
  return { capture_until: toTimestamp(until) }
}

/** When this has answered, nothing more is kept. @throws AppError mcp_server_not_found, revocation_pending */
export const stopCapture = (deps: Deps, call: Call, id: string): Promise<void> =>
  setCapture(deps, call, id, null)

async function setCapture(
  deps: Deps,
  { actor, requestId }: Call,
  id: string,
  captureUntil: Date | null,
): Promise<void> {
  const { workspaceId } = actor
  if (!mayReach(actor, id)) throw new AppError('mcp_server_not_found')
  const revision = await deps.db.inWorkspace(workspaceId, async (tx) => {
    // Waits for what is being kept of this server.
    await tx.$queryRaw`SELECT id FROM mcp_server WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`
    const where = { workspaceId_id: { workspaceId, id } }
    const row = await tx.mcpServer.findUnique({ where, select: { captureUntil: true } })
    if (!row) throw new AppError('mcp_server_not_found')
    const before = runningUntil(row.captureUntil, deps.now())
    if (before === null && captureUntil === null) return deps.changes.current(tx)
    await tx.mcpServer.update({ where, data: { captureUntil }, select: { id: true } })
    await audit(tx, actor, {
      action: captureUntil === null ? 'capture.stopped' : 'capture.started',
      objectType: 'mcp-server',
      objectId: id,
      before: { capture_until: before && toTimestamp(before) },
      after: { capture_until: captureUntil && toTimestamp(captureUntil) },
      requestId,
    })
    return deps.changes.record(tx, { workspaceId, subject: 'server', subjectId: id })
  })
  deps.changes.published(revision)
  await deps.changes.settled(revision)
}

/** It ends by itself: what is past is off. */
export const runningUntil = (until: Date | null, now: Date): Date | null =>
  until !== null && until > now ? until : null

// What a client's session has set at the gateway and its token can't carry. A change is of one version, so that two gateways
// don't undo each other's; it reaches all of them by the change stream.

import {
  type changeNotesRequest,
  type NotesAnswer,
  type readNotesRequest,
  sessionNotes,
} from '@gatehouse/registry-api/internal'
import type { z } from 'zod'
import type { Deps } from '../deps.ts'

export function readNotes(deps: Deps, ask: z.output<typeof readNotesRequest>): Promise<NotesAnswer> {
  return deps.db.inWorkspace(ask.workspace_id, async (tx) => {
    const revision = await deps.changes.current(tx)
    const row = await tx.sessionNote.findFirst({
      where: { workspaceId: ask.workspace_id, digest: bytes(ask.digest), expiresAt: { gt: deps.now() } },
      select: { notes: true, version: true },
    })
    const notes = sessionNotes.parse(row ? JSON.parse(row.notes) : { subscriptions: [] })
    return { revision, version: row?.version ?? 0, notes }
  })
}

/** Not kept where the version is an older one. */
export async function changeNotes(
  deps: Deps,
  ask: z.output<typeof changeNotesRequest>,
): Promise<{ readonly kept: boolean }> {
  const { workspace_id: workspaceId, version } = ask
  const digest = bytes(ask.digest)
  const data = {
    notes: JSON.stringify(ask.notes),
    version: version + 1,
    expiresAt: new Date(ask.expires_at_ms),
  }
  const revision = await deps.db.inWorkspace(workspaceId, async (tx) => {
    await tx.sessionNote.deleteMany({ where: { workspaceId, expiresAt: { lte: deps.now() } } })
    const { count } =
      version === 0
        ? await tx.sessionNote.createMany({ data: [{ workspaceId, digest, ...data }], skipDuplicates: true })
        : await tx.sessionNote.updateMany({ where: { workspaceId, digest, version }, data })
    if (count === 0) return undefined
    return deps.changes.record(tx, { workspaceId, subject: 'session-notes', subjectId: ask.digest })
  })
  if (revision !== undefined) deps.changes.published(revision)
  return { kept: revision !== undefined }
}

const bytes = (hex: string) => Buffer.from(hex, 'hex')

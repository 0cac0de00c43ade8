// A session that its client ended although the upstream would not: no gateway knows its token any more.

import type { endSessionRequest } from '@gatehouse/registry-api/internal'
import { NIL } from 'uuid'
import type { z } from 'zod'
import type { Deps } from '../deps.ts'

/** @throws AppError revocation_pending while a gateway does not confirm */
export async function endSession(deps: Deps, ended: z.output<typeof endSessionRequest>): Promise<void> {
  const expiresAt = new Date(ended.expires_at_ms)
  const digest = Buffer.from(ended.digest, 'hex')
  const revision = await deps.db.asSystem(async (tx) => {
    await tx.endedSession.deleteMany({ where: { expiresAt: { lte: deps.now() } } })
    await tx.endedSession.upsert({
      where: { digest },
      create: { digest, expiresAt },
      update: { expiresAt },
    })
    await tx.sessionNote.deleteMany({ where: { digest } })
    return deps.changes.record(tx, {
      workspaceId: ended.workspace_id ?? NIL,
      subject: 'session',
      subjectId: ended.digest,
      expiresAtMs: ended.expires_at_ms,
    })
  })
  deps.changes.published(revision)
  await deps.changes.settled(revision)
}

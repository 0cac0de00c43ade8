// How an auth session stands, waiting for its end where it is pending.

import { AppError } from '@gatehouse/errors'
import type { AuthSessionState } from '@gatehouse/registry-api'
import type { Call } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { isOpenTo } from './owner-of.ts'
import { statusOf } from './session-status.ts'

/** Another process's notice may be lost with its connection. */
const lookAgainMs = 5_000

/** Answers early when the session ends. @throws AppError auth_session_not_found */
export async function waitForSession(
  deps: Deps,
  call: Call,
  id: string,
  waitSeconds: number,
): Promise<AuthSessionState> {
  const until = Date.now() + waitSeconds * 1_000
  for (;;) {
    const leftMs = until - Date.now()
    // Before the reading, so that an end between the two is not missed.
    const wake = new AbortController()
    const noticed = deps.authSessions.next(
      Math.max(0, Math.min(leftMs, lookAgainMs)),
      AbortSignal.any([call.signal, wake.signal]),
    )
    try {
      const status = await read(deps, call, id)
      if (status !== 'PENDING' || leftMs <= 0 || call.signal.aborted) return { id, status }
      await noticed
    } finally {
      wake.abort()
    }
  }
}

function read({ db, now }: Deps, { actor }: Call, id: string) {
  const { workspaceId } = actor
  return db.inWorkspace(workspaceId, async (tx) => {
    const row = await tx.authSession.findUnique({
      where: { workspaceId_id: { workspaceId, id } },
      select: { workspaceId: true, status: true, expiresAt: true, tokenId: true, ownerId: true },
    })
    const isMine = row && (row.ownerId === null ? actor.userId === null : isOpenTo(actor, row.ownerId))
    if (!isMine) throw new AppError('auth_session_not_found')
    return statusOf(tx, row, now())
  })
}

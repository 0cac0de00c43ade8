// A legacy client's DELETE: its token is 404 from then on, and the change stream tells every gateway, this one too, to end its
// streams. The server never had a session, or has none any more, and hears nothing.

import { AppError } from '@gatehouse/errors'
import type { Deps } from '../../../deps.ts'
import type { Call, Trace } from '../../call.ts'
import { ownHeaders } from '../../refuse.ts'
import { type Session, tokenDigest } from '../../session-token.ts'

/** Answers the call. @throws AppError session_not_found; registry_unreachable while another gateway may still take the token */
export async function endBridgedSession(
  deps: Deps,
  call: Call,
  token: string | undefined,
  session: Session | undefined,
  trace: Trace,
): Promise<void> {
  if (token === undefined || session === undefined) throw new AppError('session_not_found')
  const digest = tokenDigest(token)
  deps.sessions.end(token, session.expiresAtMs)
  await deps.registry.endSession({
    digest,
    expires_at_ms: session.expiresAtMs,
    workspace_id: call.caller.workspace_id,
  })
  trace.outcome = 'ok'
  call.response.writeHead(204, ownHeaders).end()
}

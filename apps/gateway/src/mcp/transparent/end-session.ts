// Passes a client's DELETE on. Whatever the upstream answers, the token is 404 from then on: here at once, on every other
// gateway through the registry where the upstream does not see to it itself.

import { sessionHeader } from '@gatehouse/protocol'
import type { CredentialsAnswer } from '@gatehouse/registry-api/internal'
import type { Deps } from '../../deps.ts'
import { headerNames } from '../../registry/header-names.ts'
import { addressOf } from '../../upstream/address.ts'
import { dispatcherTo } from '../../upstream/dispatcher-to.ts'
import type { Call, Trace } from '../call.ts'
import { attach } from '../new-trace.ts'
import { ownHeaders } from '../refuse.ts'
import { type Bearer, type Session, tokenDigest } from '../session-token.ts'
import { upstreamHeaders } from './request-headers.ts'

/** Answers the call. @throws AppError registry_unreachable while another gateway may still take the token */
export async function endSession(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  session: Session,
  credential: CredentialsAnswer,
  trace: Trace,
): Promise<void> {
  const token = String(call.request.headers[sessionHeader])
  deps.sessions.end(token, session.expiresAtMs)
  attach(trace, headerNames(credential))
  trace.upstreamStartedAt = performance.now()
  const status = await passOn(deps, call, bearer, session, credential)
  trace.upstreamMs = performance.now() - trace.upstreamStartedAt
  const ended = status >= 200 && status < 300
  if (!ended && status !== 404) {
    await deps.registry.endSession({
      digest: tokenDigest(token),
      expires_at_ms: session.expiresAtMs,
      workspace_id: call.caller.workspace_id,
    })
  }
  trace.outcome = 'ok'
  call.response.writeHead(ended ? status : 204, ownHeaders).end()
}

/** The upstream's status; 0 where it gave none. */
async function passOn(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  session: Session,
  credential: CredentialsAnswer,
): Promise<number> {
  const { origin, path } = addressOf(bearer.server)
  const patienceMs = deps.config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS
  try {
    const pool = dispatcherTo(deps, call.caller, bearer.server, credential)
    const answer = await pool.request({
      origin,
      path,
      method: 'DELETE',
      headers: upstreamHeaders({
        request: call.request,
        era: 'legacy',
        via: deps.via(),
        sessionId: session.upstreamId,
        stored: credential.headers,
        hasBody: false,
      }),
      headersTimeout: patienceMs,
      signal: AbortSignal.timeout(patienceMs),
    })
    await answer.body.dump().catch(() => {})
    return answer.statusCode
  } catch (error) {
    deps.log.info({ err: error, request_id: call.requestId }, 'the upstream did not answer a DELETE')
    return 0
  }
}

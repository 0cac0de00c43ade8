// A legacy client at a server that speaks the modern era only: what the gateway answers itself, and what crosses. Next: greet.ts for
// the handshake, relay-call.ts for a request, listen.ts for the GET stream.

import { AppError } from '@gatehouse/errors'
import { legacyRevisions, protocolVersionHeader, trimHeader } from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Deps } from '../../../deps.ts'
import type { Call, Message, Trace } from '../../call.ts'
import { bearerOf } from '../../session-token.ts'
import { answerFailure } from '../../transparent/failure.ts'
import { tokenOf } from '../../transparent/forward.ts'
import { answerSelf } from './answer-self.ts'
import { clientOf } from './client.ts'
import { endBridgedSession } from './end-bridged-session.ts'
import { greet } from './greet.ts'
import { listen } from './listen.ts'
import { relayCall } from './relay-call.ts'
import { takeAnswer } from './take-answer.ts'
import { takeNotification } from './take-notification.ts'

/**
 * @param message undefined for GET and DELETE
 * @throws AppError for what is refused before anything was sent, session_not_found for a token that isn't this client's;
 * ServerChanged when nothing was sent because server or credential were replaced
 */
export async function bridgeLegacyClient(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message | undefined,
  trace: Trace,
): Promise<void> {
  checkVersion(call)
  try {
    await take(deps, call, server, message, trace)
  } catch (thrown) {
    const failed = thrown instanceof AppError && thrown.code.startsWith('upstream_')
    if (!failed || call.response.headersSent) throw thrown
    answerFailure(deps, call, server, message, { kind: 'failed', error: thrown }, trace)
  }
}

async function take(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message | undefined,
  trace: Trace,
): Promise<void> {
  const bearer = bearerOf(call.caller, server)
  const { kind, method } = message?.envelope ?? {}
  if (message !== undefined && method === 'initialize') return greet(deps, call, bearer, message, trace)
  const token = tokenOf(call)
  const session = token === undefined ? undefined : deps.sessions.open(token, bearer)
  const client = clientOf(token, session)
  if (call.request.method === 'DELETE') return endBridgedSession(deps, call, token, session, trace)
  if (message === undefined) return listen(deps, call, bearer, client, trace)
  if (kind === 'batch') throw new AppError('invalid_message', { what: 'send one message at a time' })
  if (kind === 'response') return takeAnswer(deps, call, client, message, trace)
  if (kind === 'notification') return takeNotification(deps, call, bearer, client, message, trace)
  if (await answerSelf(deps, call, bearer, client, message, trace)) return
  await relayCall(deps, call, bearer, client, message, trace)
}

/** @throws AppError unsupported_version */
function checkVersion({ request }: Call): void {
  const given = request.headers[protocolVersionHeader]
  if (given === undefined) return
  const version = trimHeader(String(given))
  const known: readonly string[] = legacyRevisions
  if (known.includes(version)) return
  const what = `revision ${version.slice(0, 64)} is not spoken here`
  throw new AppError('unsupported_version', { what, data: { supported: known, requested: version } })
}

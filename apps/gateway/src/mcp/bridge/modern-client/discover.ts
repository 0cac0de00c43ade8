// server/discover of a legacy server: what its handshake said, in the words of 2026-07-28.

import { modernRevisions } from '@gatehouse/protocol'
import { ServerChanged } from '../../../registry/knowledge.ts'
import type { Message } from '../../call.ts'
import { serverCapabilities } from './capabilities.ts'
import { type Bridging, failCall } from './fail-call.ts'
import { readRequest } from './to-legacy.ts'
import { modernResult, response } from './to-modern.ts'

/** A server keeps what it said for as long as the session lasts. */
const ttlMs = 60_000

/** Answers the call. @throws ServerChanged; AppError for other refusals */
export async function discover(bridging: Bridging, message: Message): Promise<void> {
  const { deps, bearer, method, idRaw, answer, trace } = bridging
  const { capabilities } = readRequest(message)
  trace.upstreamStartedAt = performance.now()
  try {
    const session = await deps.upstreamSessions.open(bearer, { capabilities })
    if (session === undefined) throw new ServerChanged(bearer.server.slug)
    const { instructions, serverInfo } = session
    const result = JSON.stringify({
      supportedVersions: modernRevisions,
      capabilities: serverCapabilities(session.capabilities),
      ...(instructions !== undefined && { instructions }),
      ttlMs,
    })
    answer.finish(response(idRaw, 'result', modernResult(method, result, serverInfo)))
  } catch (thrown) {
    failCall(bridging, thrown)
  } finally {
    trace.upstreamMs = performance.now() - trace.upstreamStartedAt
  }
}

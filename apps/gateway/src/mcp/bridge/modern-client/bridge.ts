// A modern client at a server that speaks only the older revisions: what the gateway answers itself, and what crosses. Next:
// discover.ts, listen.ts, and relay-call.ts for everything else.

import { AppError } from '@gatehouse/errors'
import { metaVersion, modernRevisions } from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Deps } from '../../../deps.ts'
import { ServerChanged } from '../../../registry/knowledge.ts'
import { type Answer, createAnswer } from '../../answer.ts'
import type { Call, Message, Trace } from '../../call.ts'
import { ownHeaders } from '../../refuse.ts'
import { type Bearer, bearerOf } from '../../session-token.ts'
import { clientCapabilities } from './capabilities.ts'
import { discover } from './discover.ts'
import type { Bridging } from './fail-call.ts'
import { tell } from './in-session.ts'
import { listen } from './listen.ts'
import { relayCall } from './relay-call.ts'
import { legacyNotification } from './to-legacy.ts'

/** Of the older revisions, or of an extension that is another thing there. */
const retired = new Set([
  'initialize',
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
  'tasks/list',
  'tasks/result',
  'tasks/get',
  'tasks/update',
  'tasks/cancel',
])

/** Notifications that mean something only in a session of the client's own. */
const meaningless = new Set([
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
])

/**
 * @param message already allowed by policy; its body as the server is to get it, but for what the era asks
 * @param answer where the answer goes, if not straight to the client
 * @throws ServerChanged when nothing was sent because server or credential were replaced; AppError for other refusals
 */
export async function bridgeModernClient(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message,
  trace: Trace,
  answer?: Answer,
): Promise<void> {
  const { kind, method = '', idRaw = 'null' } = message.envelope
  const bearer = bearerOf(call.caller, server)
  if (kind === 'notification') return passNotification(deps, call, bearer, message, trace)
  checkVersion(message)
  if (retired.has(method)) throw new AppError('method_not_found', { what: `${method} is unknown here` })
  const headers = { 'X-Accel-Buffering': 'no' }
  const bridging: Bridging = {
    deps,
    call,
    bearer,
    method,
    idRaw,
    trace,
    answer: answer ?? createAnswer(deps, call, trace, { headers }),
  }
  if (method === 'server/discover') return discover(bridging, message)
  if (method === 'subscriptions/listen') return listen(bridging, message)
  await relayCall(bridging, message)
}

/** @throws AppError unsupported_version */
function checkVersion({ envelope }: Message): void {
  const requested = String(envelope.meta?.[metaVersion])
  const supported: readonly string[] = modernRevisions
  if (supported.includes(requested)) return
  const what = `revision ${requested.slice(0, 64)} is not spoken here`
  throw new AppError('unsupported_version', { what, data: { supported, requested } })
}

async function passNotification(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  message: Message,
  trace: Trace,
): Promise<void> {
  if (!meaningless.has(message.envelope.method ?? '')) {
    const capabilities = clientCapabilities(message.envelope)
    const session = await deps.upstreamSessions.open(bearer, { capabilities })
    if (session === undefined) throw new ServerChanged(bearer.server.slug)
    await tell(
      deps,
      bearer,
      session,
      legacyNotification(message),
      deps.config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS,
    )
  }
  trace.outcome = 'ok'
  call.response.writeHead(202, ownHeaders).end()
}

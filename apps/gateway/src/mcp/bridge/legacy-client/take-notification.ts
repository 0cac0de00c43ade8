// A legacy client's notification. Over HTTP the modern era has none of its own: what the gateway knows ends here, the rest crosses.

import { rawMember } from '@gatehouse/upstream'
import type { Deps } from '../../../deps.ts'
import { converse } from '../../../upstream/converse.ts'
import type { Call, Message, Trace } from '../../call.ts'
import { attach } from '../../new-trace.ts'
import type { Bearer } from '../../session-token.ts'
import type { LegacyClient } from './client.ts'
import { accept } from './take-answer.ts'
import { modernHeaders, toModern } from './to-modern.ts'

/** The modern era has no such things: the client's roots are asked for when they are needed. */
const ending = new Set([
  'notifications/initialized',
  'notifications/roots/list_changed',
  'notifications/progress',
])

/** @throws ServerChanged; AppError of the upstream's failure for one that crosses */
export async function takeNotification(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  client: LegacyClient,
  message: Message,
  trace: Trace,
): Promise<void> {
  const { method = '' } = message.envelope
  if (method === 'notifications/cancelled') cancelCall(deps, call, client, message)
  else if (!ending.has(method)) await cross(deps, bearer, client, message, method, trace)
  accept(call, trace)
}

/** Closing its request is how a modern server is told, at whatever replica the call runs. */
function cancelCall(deps: Deps, call: Call, { token }: LegacyClient, { body }: Message): void {
  const id = rawMember(rawMember(body.toString('utf8'), 'params') ?? '{}', 'requestId')
  if (token === undefined || id === undefined) return
  if (deps.openEnds.running.cancel(token, id) || deps.peers.isHandedOver(call.request)) return
  void deps.peers.tellAll(call, body) // the client waits for nothing
}

async function cross(
  deps: Deps,
  bearer: Bearer,
  client: LegacyClient,
  message: Message,
  method: string,
  trace: Trace,
): Promise<void> {
  const patienceMs = deps.config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS
  const release = deps.slots.take(bearer)
  trace.upstreamStartedAt = performance.now()
  try {
    const conversation = await converse(deps, bearer, {
      headers: modernHeaders(method, undefined),
      body: toModern(message.body.toString('utf8'), client, undefined),
      patienceMs,
      signal: AbortSignal.timeout(patienceMs),
      attached: (names) => {
        attach(trace, names)
      },
    })
    conversation.close()
  } finally {
    release()
    trace.upstreamMs = performance.now() - trace.upstreamStartedAt
  }
}

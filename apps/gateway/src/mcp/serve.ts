// One message to one server: straight through where it speaks the client's era, over a bridge where it refused it. Next:
// transparent/forward.ts, bridge/.

import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import { type EraSet, evidence } from '@gatehouse/upstream'
import type { Deps } from '../deps.ts'
import type { Server } from '../registry/knowledge.ts'
import { bridgeLegacyClient } from './bridge/legacy-client/bridge.ts'
import { endBridgedSession } from './bridge/legacy-client/end-bridged-session.ts'
import { bridgeModernClient } from './bridge/modern-client/bridge.ts'
import type { Call, Message, Trace } from './call.ts'
import { connectedFor } from './connected.ts'
import { type Bearer, bearerOf } from './session-token.ts'
import { checkDisabled, hidesTools } from './transparent/disabled-tools.ts'
import { type ForwardOptions, forward, tokenOf } from './transparent/forward.ts'
import { goOn, isOfEarlier } from './transparent/go-on.ts'
import { listVisibleTools } from './transparent/list-tools.ts'
import type { HeldAnswer } from './transparent/relay.ts'

/**
 * Same era always wins. The era of the client never decides that of the server: what a server speaks is known from its own
 * answers, or asked first.
 * @param message undefined for GET and DELETE
 * @throws ServerChanged when nothing was sent because server or credential were replaced; AppError for other refusals,
 * connection_required among them
 */
export function serve(
  deps: Deps,
  call: Call,
  resolved: ResolvedServer,
  message: Message | undefined,
  trace: Trace,
): Promise<unknown> {
  if (message !== undefined) checkDisabled(resolved, message)
  if (resolved.auth_type !== 'oauth') return serveAt(deps, call, resolved, message, trace)
  return connectedFor(deps, call, resolved, message).then((server) =>
    serveAt(deps, call, server, message, trace),
  )
}

/** What it waits for is behind it, so that a call takes no promise of this. */
function serveAt(
  deps: Deps,
  call: Call,
  server: Server,
  message: Message | undefined,
  trace: Trace,
): Promise<unknown> {
  const bearer = bearerOf(call.caller, server)
  if (message?.era === 'modern') {
    const known = deps.eras.of(bearer)
    if (known.modern !== undefined) return serveModern(deps, call, bearer, message, trace, known)
    return deps.eras.probe(bearer).then((found) => serveModern(deps, call, bearer, message, trace, found))
  }
  const token = tokenOf(call)
  const session = token === undefined ? undefined : deps.sessions.open(token, bearer)
  if (session?.bridged !== undefined) return bridgeLegacyClient(deps, call, server, message, trace)
  if (token === undefined || session === undefined || !isOfEarlier(session, bearer))
    return serveLegacy(deps, call, bearer, message, trace, { session })
  // It ended at the server with its connection.
  if (call.request.method === 'DELETE') return endBridgedSession(deps, call, token, session, trace)
  return goOn(deps, bearer, token, session, (now, gone) =>
    serveLegacy(deps, call, bearer, message, trace, { session: now, gone }),
  )
}

function serveModern(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  message: Message,
  trace: Trace,
  { modern, legacy }: EraSet,
): Promise<unknown> {
  const { server } = bearer
  if (modern === false && legacy !== false) return bridgeModernClient(deps, call, server, message, trace)
  if (hidesTools(server, message)) return listVisibleTools(deps, call, server, message, trace, undefined)
  return forward(deps, call, bearer, message, trace)
}

async function serveLegacy(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  message: Message | undefined,
  trace: Trace,
  { session, gone }: Pick<ForwardOptions, 'session' | 'gone'>,
): Promise<void> {
  const { server } = bearer
  if (session === undefined && deps.eras.of(bearer).legacy === false)
    return bridgeLegacyClient(deps, call, server, message, trace)
  if (message !== undefined && hidesTools(server, message))
    return listVisibleTools(deps, call, server, message, trace, session)
  const asks = session === undefined && message?.envelope.kind === 'request'
  const greets = asks && message.envelope.method === 'initialize'
  const isOther = greets ? refusesLegacy : refusesFirst
  const otherEra = asks ? (held: HeldAnswer) => isOther(deps, bearer, held) : undefined
  const went = await forward(deps, call, bearer, message, trace, { session, gone, otherEra })
  if (went === 'other-era') return bridgeLegacyClient(deps, call, server, message, trace)
}

/** Whether an answer to initialize means that the server speaks none of the older revisions. */
async function refusesLegacy(deps: Deps, bearer: Bearer, held: HeldAnswer): Promise<boolean> {
  const reply = replyOf(held)
  if (reply.response?.result !== undefined) {
    deps.eras.learn(bearer, 'legacy', true)
    return false
  }
  // A refusal may be meant for this one handshake: only a server that is modern and refuses ours too speaks no other.
  const { modern, legacy } = await deps.eras.probe(bearer, 'both')
  return modern === true && legacy === false
}

/** The same for a request of a client that shakes no hands: a refusal of its revision alone says nothing about the older ones. */
async function refusesFirst(deps: Deps, bearer: Bearer, held: HeldAnswer): Promise<boolean> {
  if (evidence(replyOf(held)) !== 'modern') return false
  const { modern, legacy } = await deps.eras.probe(bearer, 'both')
  return modern === true && legacy === false
}

type Reply = Parameters<typeof evidence>[0]

function replyOf({ status, body }: HeldAnswer): Reply {
  const none = { status, sessionId: undefined, response: undefined }
  const text = body.toString('utf8')
  try {
    const { result, error } = JSON.parse(text) as Partial<NonNullable<Reply['response']>> // read defensively below
    if (result === undefined && typeof error?.code !== 'number') return none
    return { ...none, response: { text, ...(result ? { result } : {}), ...(error ? { error } : {}) } }
  } catch {
    return none
  }
}

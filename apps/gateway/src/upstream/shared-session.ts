// One session for all replicas: what the registry has in its place, or what this replica opens while the others wait for it.

import { randomUUID } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import type { SessionPlace, UpstreamSession } from '@gatehouse/registry-api/internal'
import type { Handshake } from '@gatehouse/upstream'
import type { RegistryClient } from '../registry/client.ts'

export interface Shared {
  /** Of this very session. */
  readonly id: string
  readonly handshake: Handshake
}

interface Parts {
  readonly self: string
  readonly client: Pick<RegistryClient, 'openSession' | 'putSession' | 'forgetSession'>
  readonly place: SessionPlace
  readonly generation: string
  readonly url: string
  /** Opens one at the server. */
  readonly shakeHands: () => Promise<Handshake>
  /** One that was opened here, and whose place another one has taken meanwhile. */
  readonly endSpare: (spare: Handshake) => Promise<void>
  /** How long to wait for another replica's attempts. */
  readonly patienceMs: number
  /** True as soon as nothing that was asked for counts any more. */
  readonly isOver: () => boolean
}

/** A claim lasts five seconds. */
const renewMs = 2_000
const firstWaitMs = 20
const longestWaitMs = 320

/**
 * Undefined where it is over. Waits as long as another replica is at it; what that one fails at is tried here.
 * @throws AppError of registry and handshake
 */
export async function findOrOpen(parts: Parts): Promise<Shared | undefined> {
  const { self, client, place, generation } = parts
  const claim = randomUUID()
  const ask = () => client.openSession({ ...place, generation, gateway_id: self, claim })
  const until = performance.now() + parts.patienceMs
  for (let waitMs = firstWaitMs; performance.now() < until; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    const answer = await ask()
    if (parts.isOver()) return undefined
    if (answer.state === 'open') return { id: answer.id, handshake: fromWire(answer.session) }
    if (answer.state === 'yours') {
      const handshake = await openUnder(parts, claim, ask)
      if (parts.isOver()) return undefined
      if (handshake !== undefined) return { id: claim, handshake }
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
  throw new AppError('upstream_timeout', { what: 'no session was opened in time' })
}

/** Undefined where the claim was lost, or all is over. */
async function openUnder(
  parts: Parts,
  claim: string,
  renew: () => Promise<unknown>,
): Promise<Handshake | undefined> {
  const { self, client, place } = parts
  const renewing = setInterval(() => void renew().catch(() => undefined), renewMs) // the claim may stand yet
  let handshake: Handshake | undefined
  try {
    handshake = await parts.shakeHands()
    const session = toWire(parts.url, handshake)
    if (await client.putSession({ ...place, gateway_id: self, claim, session })) return handshake
    await endSpare(parts, handshake)
    return undefined
  } catch (error) {
    if (handshake !== undefined) await endSpare(parts, handshake)
    client.forgetSession({ ...place, id: claim }).catch(() => undefined) // it expires
    throw error
  } finally {
    clearInterval(renewing)
  }
}

/** What was taken away meanwhile must not be sent again, not even to end the session. */
const endSpare = async (parts: Parts, spare: Handshake) => {
  if (!parts.isOver()) await parts.endSpare(spare)
}

const toWire = (url: string, handshake: Handshake): UpstreamSession => ({
  url,
  session_id: handshake.sessionId ?? null,
  protocol_version: handshake.protocolVersion,
  capabilities: handshake.capabilities ?? null,
  server_info: handshake.serverInfo ?? null,
  instructions: handshake.instructions ?? null,
})

const fromWire = (session: UpstreamSession): Handshake => ({
  sessionId: session.session_id ?? undefined,
  protocolVersion: session.protocol_version,
  capabilities: session.capabilities ?? undefined,
  serverInfo: session.server_info ?? undefined,
  instructions: session.instructions ?? undefined,
})

// The other replicas, for the few requests that only one of them can answer: what it holds open. A handed-over request carries
// a pass in a header of its own, so that the receiver neither checks again what was checked nor hands it on.

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Egress } from '@gatehouse/egress'
import type { Peer } from '@gatehouse/registry-api/internal'
import { LRUCache } from 'lru-cache'
import type { Dispatcher, Pool } from 'undici'
import type { RegistryClient } from '../registry/client.ts'
import type { Knowledge } from '../registry/knowledge.ts'
import type { Call } from './call.ts'
import { createSealing } from './sealing.ts'

export interface Peers {
  /** This replica's id. */
  readonly self: string
  /**
   * Sends the client's request as it came to the replica that holds what it is about, and pipes its answer back. False where
   * that replica is gone or can't be reached: nothing was answered.
   */
  handOver(call: Call, replica: string, body: Buffer | undefined): Promise<boolean>
  /** The same to every other replica, answers dropped: for what may be held anywhere. Never rejects. */
  tellAll(call: Call, body: Buffer): Promise<void>
  /** True for a request that another replica handed over: Host and Origin were checked there, and it goes no further. */
  isHandedOver(request: IncomingMessage): boolean
  close(): Promise<void>
}

interface Parts {
  readonly self: string
  readonly egress: Pick<Egress, 'internalClient'>
  readonly client: Pick<RegistryClient, 'peers'>
  readonly knowledge: Pick<Knowledge, 'greeting'>
  /** Unix time in ms. */
  readonly now: () => number
}

export const peerHeader = 'x-gatehouse-peer'
const passMs = 30_000
/** Who is there is asked at most so often. */
const askedMs = 1_000
const connectMs = 2_000
/** Answers that nobody waits for. */
const tellMs = 5_000

export function createPeers({ self, egress, client, knowledge, now }: Parts): Peers {
  const passes = createSealing(knowledge, now, 'gatehouse peer pass v1')
  const pools = new LRUCache<string, Pool>({ max: 100, dispose: (pool) => void pool.destroy() })
  const asked = new LRUCache<'peers', Promise<readonly Peer[]>>({ max: 1, ttl: askedMs })

  const ask = (): Promise<readonly Peer[]> => {
    const answer = client.peers()
    asked.set('peers', answer)
    answer.catch(() => asked.delete('peers'))
    return answer
  }
  const others = async (): Promise<readonly Peer[]> =>
    (await (asked.get('peers') ?? ask())).filter((peer) => peer.gateway_id !== self)
  const find = async (replica: string) => {
    const named = (peer: Peer) => peer.gateway_id === replica
    return (await others()).find(named) ?? (await ask()).find(named)
  }

  const poolTo = ({ origin }: URL): Pool => {
    const known = pools.get(origin)
    if (known) return known
    const pool = egress.internalClient(origin, {
      connectTimeout: connectMs,
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    pools.set(origin, pool)
    return pool
  }

  const send = (peer: Peer, { request }: Call, body: Buffer | undefined, signal: AbortSignal) => {
    const base = new URL(peer.address)
    return poolTo(base).request({
      path: base.pathname.replace(/\/$/, '') + (request.url ?? ''),
      method: (request.method ?? 'GET') as Dispatcher.HttpMethod, // a parser took it
      headers: [...passedOn(request), peerHeader, passes.seal(String(now() + passMs), peer.gateway_id)],
      body: body ?? null,
      signal,
    })
  }

  return {
    self,
    async handOver(call, replica, body) {
      const { response } = call
      const peer = replica === self ? undefined : await find(replica).catch(() => undefined)
      if (peer === undefined) return false
      const gone = new AbortController()
      const leave = () => gone.abort()
      response.once('close', leave)
      if (response.destroyed) leave()
      try {
        const answer = await send(peer, call, body, gone.signal)
        response.writeHead(answer.statusCode, answered(answer.headers))
        await pipeline(answer.body, response)
        return true
      } catch {
        if (!response.headersSent && !gone.signal.aborted) return false
        response.destroy()
        return true
      } finally {
        response.off('close', leave)
      }
    },
    async tellAll(call, body) {
      const signal = AbortSignal.timeout(tellMs)
      const tell = async (peer: Peer) => (await send(peer, call, body, signal)).body.dump({ limit: 65_536 })
      const peers = await others().catch(() => [])
      await Promise.allSettled(peers.map(tell))
    },
    isHandedOver({ headers }) {
      const pass = headers[peerHeader]
      const expires = typeof pass === 'string' ? passes.open(pass, self) : undefined
      return expires !== undefined && Number(expires) > now()
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}

/** Of one connection, or made anew for the next one. */
const perConnection = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  peerHeader,
])

function passedOn({ rawHeaders }: IncomingMessage): string[] {
  const kept: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2)
    if (!perConnection.has(name.toLowerCase())) kept.push(name, value)
  }
  return kept
}

/** The answer has its own length, which stays true. */
const answered = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => name === 'content-length' || !perConnection.has(name)),
  )

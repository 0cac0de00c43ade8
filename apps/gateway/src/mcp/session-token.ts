// What a legacy client gets as Mcp-Session-Id: the upstream's own id, sealed together with whom it is for. It opens on any
// replica and is useless to anybody else.

import { createHash } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import type { HelloEvent, ResolvedCaller } from '@gatehouse/registry-api/internal'
import { LRUCache } from 'lru-cache'
import { atMost } from '../at-most.ts'
import type { Knowledge, Server } from '../registry/knowledge.ts'
import { addressOf } from '../upstream/address.ts'
import { createSealing } from './sealing.ts'

/** What stands in a token. */
export interface Session {
  /** The upstream's own session id. */
  readonly upstreamId: string
  readonly callerKeyId: string
  readonly serverId: string
  readonly origin: string
  readonly generation: string
  /** As the client's initialize asked for. */
  readonly protocolVersion: string
  /** The elicitation capability that the client declared, if any. */
  readonly elicitation: unknown
  /** Set where the session is ours, at a server of the other era; `upstreamId` is then a random UUID. */
  readonly bridged?: Bridged | undefined
  /** At a server that wants an account: for a session that takes the place of this one, which ends with its connection. */
  readonly handshake?: Bridged | undefined
  /** Unix time in ms. */
  readonly expiresAtMs: number
}

/** What a legacy client said of itself in its handshake; to a modern server every call carries it. */
export interface Bridged {
  readonly capabilities: Readonly<Record<string, unknown>>
  readonly clientInfo: unknown
}

export type Bearer = {
  readonly caller: ResolvedCaller
  readonly server: Server
  /** Of the connection, where the caller's account is used there; else of the stored headers. */
  readonly generation: string
}

export const bearerOf = (caller: ResolvedCaller, server: Server): Bearer => ({
  caller,
  server,
  generation: server.connection ?? server.credential_generation,
})

export interface SessionTokens {
  seal(
    bearer: Bearer,
    session: Pick<Session, 'upstreamId' | 'protocolVersion' | 'elicitation' | 'bridged' | 'handshake'>,
  ): string
  /** @throws AppError session_not_found for every token that isn't this bearer's, now and here */
  open(token: string, bearer: Bearer): Session
  /** What the client declared in its handshake, also where the credential is another since; undefined for a token of somebody else. */
  elicitationOf(token: string, keyId: string, serverId: string): unknown
  /** 404 from now on, in this process. */
  end(token: string, expiresAtMs: number): void
  endDigest(digest: string, expiresAtMs: number): void
}

/** Who connects anew goes on: a bridged session is nothing at the server, and another one can be opened in the place of one that was. */
const outlivesConnection = ({ bridged, handshake }: Session, { auth_type }: Server) =>
  auth_type === 'oauth' && (bridged !== undefined || handshake !== undefined)

const lifeMs = 7 * 24 * 3_600_000
const form = /^[A-Za-z0-9_-]{80,12000}$/

export const tokenDigest = (token: string) => createHash('sha256').update(token).digest('hex')

export function createSessionTokens(
  knowledge: Pick<Knowledge, 'greeting'>,
  now: () => number,
): SessionTokens {
  const sealing = createSealing(knowledge, now, 'gatehouse session token v1')
  const opened = new LRUCache<string, Session>(atMost(10_000))
  const ended = new LRUCache<string, number>(atMost(200_000))
  let index: { of: HelloEvent | undefined; digests: ReadonlySet<string> } = {
    of: undefined,
    digests: new Set(),
  }

  /** What the registry named in its latest hello. */
  const announced = (): ReadonlySet<string> => {
    const { greeting } = knowledge
    if (index.of !== greeting) {
      index = { of: greeting, digests: new Set(greeting?.ended_sessions.map(({ digest }) => digest)) }
    }
    return index.digests
  }

  const isEnded = (token: string) => {
    const digest = tokenDigest(token)
    return ended.has(digest) || announced().has(digest)
  }

  const decrypt = (token: string): Session => {
    const cached = opened.get(token)
    if (cached) return cached
    const text = form.test(token) ? sealing.open(token, '') : undefined
    if (text === undefined) throw new AppError('session_not_found')
    const session = JSON.parse(text) as Session // sealed by ourselves: it opened
    opened.set(token, session)
    return session
  }

  return {
    seal({ caller, server, generation }, part) {
      const session: Session = {
        ...part,
        callerKeyId: caller.key_id,
        serverId: server.id,
        origin: addressOf(server).origin,
        generation,
        expiresAtMs: now() + lifeMs,
      }
      return sealing.seal(JSON.stringify(session), '')
    },
    open(token, { caller, server, generation }) {
      const session = decrypt(token)
      const fits =
        session.callerKeyId === caller.key_id &&
        session.serverId === server.id &&
        session.origin === addressOf(server).origin &&
        (session.generation === generation || outlivesConnection(session, server)) &&
        session.expiresAtMs > now()
      if (!fits || isEnded(token)) throw new AppError('session_not_found')
      return session
    },
    elicitationOf(token, keyId, serverId) {
      try {
        const session = decrypt(token)
        return session.callerKeyId === keyId && session.serverId === serverId
          ? session.elicitation
          : undefined
      } catch {
        return undefined
      }
    },
    end: (token, expiresAtMs) => void ended.set(tokenDigest(token), expiresAtMs),
    endDigest: (digest, expiresAtMs) => void ended.set(digest, expiresAtMs),
  }
}

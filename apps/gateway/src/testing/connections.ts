// What the internal listener of tests knows of accounts at servers: who is connected where, with which token, and what a refused
// token is answered. The registry's rules, kept in memory.

import { randomUUID } from 'node:crypto'
import type * as contract from '@gatehouse/registry-api/internal'

/** What a connection's owner is: a person, or the server itself where a service's or a shared one is used. */
type OwnerId = string

export interface Connections {
  /** @returns the revision of the change */
  connect(ownerId: OwnerId, serverId: string, token: string, freshForMs?: number): number
  /** The token that follows the first, and so on: each given once, at a refresh. */
  willRefresh(ownerId: OwnerId, serverId: string, ...tokens: string[]): void
  /** Time goes by: whoever asks again gets the next token. Nobody is told. */
  runOut(ownerId: OwnerId, serverId: string): void
  /** Nothing is refreshed any more. */
  breakDown(ownerId: OwnerId, serverId: string): number
  disconnect(ownerId: OwnerId, serverId: string): number
  /** As long as it is so, no token can be renewed or found out. */
  unavailable: boolean
  /** Tokens that were reported as refused, each time. */
  readonly refusals: readonly contract.UsedConnection['token_id'][]
  /** How often credentials of connections were asked for. */
  asked(): number
}

interface Stored {
  readonly generation: string
  readonly tokenId: string
  version: number
  token: string | undefined
  next: string[]
  freshForMs: number | undefined
  isOver: boolean
}

export interface Asking {
  readonly caller: contract.ResolvedCaller
  readonly server: { readonly id: string; readonly slug: string; readonly generation: string }
}

type Credential = Omit<contract.CredentialsAnswer, 'revision'>

export function createConnections(changed: (ownerId: OwnerId) => number): Connections & {
  credential(asking: Asking, refused?: Pick<contract.UsedConnection, 'token_id' | 'version'>): Credential
} {
  const stored = new Map<string, Stored>()
  const refusals: string[] = []
  let asked = 0
  const at = (ownerId: OwnerId, serverId: string) => {
    const found = stored.get(`${ownerId} ${serverId}`)
    if (!found) throw new Error(`${ownerId} is not connected to ${serverId}`)
    return found
  }
  const refresh = (one: Stored) => {
    one.token = one.next.shift()
    one.version += 1
    one.isOver = false
  }

  return {
    refusals,
    unavailable: false,
    asked: () => asked,
    connect(ownerId, serverId, token, freshForMs) {
      const fresh = { generation: randomUUID(), tokenId: randomUUID(), version: 0, next: [], isOver: false }
      stored.set(`${ownerId} ${serverId}`, { ...fresh, token, freshForMs })
      return changed(ownerId)
    },
    willRefresh: (ownerId, serverId, ...tokens) => void at(ownerId, serverId).next.push(...tokens),
    runOut: (ownerId, serverId) => {
      at(ownerId, serverId).isOver = true
    },
    breakDown(ownerId, serverId) {
      at(ownerId, serverId).token = undefined
      return changed(ownerId)
    },
    disconnect(ownerId, serverId) {
      stored.delete(`${ownerId} ${serverId}`)
      return changed(ownerId)
    },
    credential({ caller, server }, refused) {
      asked += 1
      if (refused) refusals.push(refused.token_id)
      const one = stored.get(`${caller.user_id ?? server.id} ${server.id}`)
      const isNewest = one?.tokenId === refused?.token_id && one?.version === refused?.version
      if (one?.token !== undefined && (one.isOver || isNewest)) refresh(one)
      const { generation } = server
      const url = `http://localhost:7402/w/test/connections?connect=${server.slug}`
      if (one?.token === undefined) {
        const person = one === undefined ? 'not_connected' : 'needs_reconnecting'
        const reason = caller.user_id === null ? 'operator' : person
        return { generation, headers: [], connection: null, required: { reason, url } }
      }
      const { tokenId: token_id, version, freshForMs } = one
      const fresh_until_ms = freshForMs === undefined ? null : Date.now() + freshForMs
      return {
        generation,
        headers: [['Authorization', `Bearer ${one.token}`]],
        connection: { generation: one.generation, token_id, version, fresh_until_ms, url },
        required: null,
      }
    },
  }
}

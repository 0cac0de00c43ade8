// What a caller has at servers that want accounts: which client is theirs, and whether a connection stands. A connection that
// serves a call is found in connections/find-connection.ts, by the same rules.

import { z } from 'zod'
import type { Actor } from '../actor.ts'
import type { Tx } from '../db.ts'
import type { ServerRow } from './to-wire.ts'

export interface Account {
  /** The caller's own client, or the one that the workspace shares. */
  readonly providerId: string | null
  readonly isConnected: boolean
}

/** By the server's id; a server that wants none has no entry. */
export type Accounts = ReadonlyMap<string, Account>

type Wanting = Pick<ServerRow, 'id' | 'workspaceId' | 'authType' | 'oauthMode' | 'oauthProviderId'>

const isPerUser = ({ oauthMode }: Wanting) => oauthMode === 'per_user_dynamic_client'

export const wantsAccount = (row: Pick<Wanting, 'authType'>): boolean => row.authType === 'oauth'

/** In the transaction that read the servers. */
export async function readAccounts(
  tx: Tx,
  caller: Pick<Actor, 'workspaceId' | 'userId'>,
  servers: readonly Wanting[],
): Promise<Accounts> {
  const wanting = servers.filter(wantsAccount)
  if (wanting.length === 0) return new Map()
  const { workspaceId, userId: ownerId } = caller
  const perUserIds = wanting.filter(isPerUser).map(({ id }) => id)
  const shared = wanting.flatMap((row) => (isPerUser(row) ? [] : (row.oauthProviderId ?? [])))
  const clients = await tx.oAuthProvider.findMany({
    where: { workspaceId, OR: [{ serverId: { in: perUserIds }, ownerId }, { id: { in: shared } }] },
    select: { id: true, serverId: true, kind: true, authMethod: true, metadata: true },
  })
  const tokens = await tx.oAuthToken.findMany({
    where: {
      workspaceId,
      OR: [
        { serverId: { in: perUserIds }, ownerId },
        { providerId: { in: shared }, OR: [{ ownerId }, { ownerId: null }] },
      ],
    },
    select: { serverId: true, providerId: true, state: true },
  })
  return new Map(
    wanting.map((server) => {
      const perUser = isPerUser(server)
      const client = clients.find(({ id, serverId }) =>
        perUser ? serverId === server.id : id === server.oauthProviderId,
      )
      const own = tokens.filter(({ serverId, providerId }) =>
        perUser
          ? serverId === server.id
          : providerId === server.oauthProviderId && (serverId === null || serverId === server.id),
      )
      const isConnected = own.some(({ state }) => state === 'active')
      const needsNobody = own.length === 0 && client && asksForItself(client) && !(perUser && ownerId)
      const providerId = perUser ? (client?.id ?? null) : server.oauthProviderId
      return [server.id, { providerId, isConnected: isConnected || needsNobody === true }]
    }),
  )
}

const offers = z.object({ grant_types_supported: z.array(z.string()) })

/** Our client gets tokens in its own name: the first call makes the connection. */
const asksForItself = (client: { kind: string; authMethod: string; metadata: unknown }): boolean =>
  client.kind === 'manual' &&
  client.authMethod !== 'none' &&
  offers.safeParse(client.metadata).data?.grant_types_supported.includes('client_credentials') === true

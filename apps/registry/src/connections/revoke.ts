// Takes tokens back at their authorization servers (RFC 7009), where those offer it. Nobody's success hangs on it: the tokens are
// already gone here.

import type { Egress } from '@gatehouse/egress'
import * as oauth from 'oauth4webapi'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import type { Prisma } from '../generated/client.ts'
import { byEgress, type OAuthClient, readClient } from './client-of.ts'
import { openTokens, type Tokens } from './tokens.ts'

export interface Revocable {
  /** The connection's. */
  readonly id: string
  readonly client: OAuthClient
  readonly tokens: Tokens
}

/** What is needed to revoke these, read before they are deleted. One that does not open is left out: nobody can use it. */
export async function readRevocable(
  deps: Pick<Deps, 'sealer' | 'log'>,
  tx: Tx,
  where: Prisma.OAuthTokenWhereInput,
): Promise<Revocable[]> {
  // Whoever deletes takes the clients first, one after the other: nobody waits for the tokens of somebody who waits for them.
  const clients = await tx.oAuthToken.findMany({
    where,
    distinct: ['providerId'],
    select: { providerId: true },
  })
  for (const providerId of clients.map((row) => row.providerId).sort())
    await tx.$queryRaw`SELECT id FROM oauth_provider WHERE id = ${providerId}::uuid FOR UPDATE`
  const rows = await tx.oAuthToken.findMany({ where })
  const found: Revocable[] = []
  for (const row of rows) {
    try {
      const client = await readClient(deps, tx, row.workspaceId, row.providerId)
      found.push({ id: row.id, client, tokens: await openTokens(deps, tx, row) })
    } catch (err) {
      deps.log.warn({ connection: row.id, err }, 'a token that does not open is not revoked')
    }
  }
  return found
}

const timeoutMs = 5_000
const atOnce = 10

/** Resolves in any case; what was not revoked is in the log. */
export async function revokeAll(
  deps: { readonly egress: Pick<Egress, 'fetch'>; readonly log: Deps['log'] },
  all: readonly Revocable[],
): Promise<void> {
  const left = [...all]
  const next = async () => {
    for (let one = left.shift(); one; one = left.shift()) await revoke(deps, one)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, next))
}

async function revoke(
  { egress, log }: Parameters<typeof revokeAll>[0],
  { id, client: { server, client, auth }, tokens }: Revocable,
): Promise<void> {
  if (server.revocation_endpoint === undefined) return
  const options = byEgress(egress, timeoutMs)
  const kinds = ['refresh_token', 'access_token'] as const
  for (const kind of kinds) {
    const token = tokens[kind]
    if (!token) continue
    try {
      const additionalParameters = { token_type_hint: kind }
      const response = await oauth.revocationRequest(server, client, auth, token, {
        ...options,
        additionalParameters,
      })
      if (response.status !== 200) log.warn({ connection: id, kind, status: response.status }, unrevoked)
    } catch (err) {
      log.warn({ connection: id, kind, err: (err as Error).message }, unrevoked)
    }
  }
}

const unrevoked = 'an authorization server did not revoke a token'

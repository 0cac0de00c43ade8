// What it takes to revoke tokens that are about to be deleted: read, and kept sealed, in the transaction that deletes them. So it is
// not lost with the process, and not with the client either. Next: revocations.ts.

import { Secret } from '@gatehouse/config'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import type { Prisma } from '../generated/client.ts'
import { revocationLabel } from '../oauth/labels.ts'
import { type OAuthClient, readClient, toClient } from './client-of.ts'
import { openTokens, type Tokens, tokens } from './tokens.ts'

export interface Revocable {
  /** Of the row that keeps it. */
  readonly workspaceId: string
  readonly id: string
  readonly client: OAuthClient
  readonly tokens: Tokens
}

type On = Pick<Deps, 'sealer' | 'log'>

/**
 * One that does not open is left out: nobody can use it.
 * @param given tokens that stay in use, where the authorization server gave the same once more
 */
export async function readRevocable(
  deps: On,
  tx: Tx,
  where: Prisma.OAuthTokenWhereInput,
  given?: Tokens,
): Promise<Revocable[]> {
  // Whoever deletes takes the clients first, one after the other: nobody waits for the tokens of somebody who waits for them.
  const clients = await tx.oAuthToken.findMany({
    where,
    distinct: ['providerId'],
    select: { providerId: true },
  })
  for (const providerId of clients.map((row) => row.providerId).sort())
    await tx.$queryRaw`SELECT id FROM oauth_provider WHERE id = ${providerId}::uuid FOR UPDATE`
  const found: Revocable[] = []
  for (const row of await tx.oAuthToken.findMany({ where })) {
    try {
      const client = await readClient(deps, tx, row.workspaceId, row.providerId)
      const opened = await openTokens(deps, tx, row)
      if (given && isSame(opened, given)) continue
      found.push(await keepRevocable(deps, tx, row.workspaceId, client, opened))
    } catch (err) {
      deps.log.warn({ connection: row.id, err }, 'a token that does not open is not revoked')
    }
  }
  return found
}

const isSame = (one: Tokens, other: Tokens) =>
  one.access_token === other.access_token ||
  (one.refresh_token !== undefined && one.refresh_token === other.refresh_token)

/** Where whoever is at it now is not done by then, another one tries. */
const firstS = 30

/** Of tokens that were never anybody's, or are nobody's any more. */
export async function keepRevocable(
  { sealer }: Pick<Deps, 'sealer'>,
  tx: Tx,
  workspaceId: string,
  client: OAuthClient,
  own: Tokens,
): Promise<Revocable> {
  const revocable = { workspaceId, id: uuidv7(), client, tokens: own }
  const { server, shows } = client
  if (server.revocation_endpoint === undefined) return revocable
  const what: z.input<typeof kept> = {
    ...{ issuer: server.issuer, revocation_endpoint: server.revocation_endpoint },
    ...{ client_id: client.client.client_id, auth_method: shows.method, secret: shows.secret?.reveal() },
    tokens: own,
  }
  const label = revocationLabel(revocable)
  const { sealed, dataKeyId } = await sealer.sealFor(tx, workspaceId, label, new Secret(JSON.stringify(what)))
  await tx.$executeRaw`
    INSERT INTO token_revocation (workspace_id, id, sealed, data_key_id, retry_at)
    VALUES (${workspaceId}::uuid, ${revocable.id}::uuid, ${sealed}, ${dataKeyId}::uuid,
      now() + make_interval(secs => ${firstS}::float8))`
  return revocable
}

const kept = z.object({
  issuer: z.string(),
  revocation_endpoint: z.string(),
  client_id: z.string(),
  auth_method: z.string(),
  secret: z.string().optional(),
  tokens,
})

/** @throws AppError credential_unreadable */
export async function openRevocable(
  { sealer }: Pick<Deps, 'sealer'>,
  tx: Tx,
  row: { readonly workspaceId: string; readonly id: string; sealed: Uint8Array; dataKeyId: string },
): Promise<Revocable> {
  const { workspaceId, id } = row
  const opened = await sealer.openFor(tx, workspaceId, revocationLabel(row), row)
  const what = kept.parse(JSON.parse(opened.reveal()))
  const client = await toClient(
    {
      ...{ issuer: what.issuer, metadata: { revocation_endpoint: what.revocation_endpoint } },
      ...{ clientId: what.client_id, authMethod: what.auth_method, resource: '' },
    },
    what.secret === undefined ? undefined : new Secret(what.secret),
  )
  return { workspaceId, id, client, tokens: what.tokens }
}

// Renews the token of a connection, once per expiry whatever number of registries asks: claimed in one short transaction, asked
// for outside any, written in another one (trust.md, rule 12). A process that dies between leaves a claim that runs out.

import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '@gatehouse/errors'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { type OAuthClient, readClient } from './client-of.ts'
import { needsReconnecting } from './needs-reconnecting.ts'
import { type Granted, requestToken, TokenRefused } from './request-token.ts'
import { keepRevocable } from './revocable.ts'
import { openTokens, sealTokens, type Tokens } from './tokens.ts'

/** One state of one token. */
export interface TokenVersion {
  readonly workspaceId: string
  readonly id: string
  readonly version: number
}

export interface Refreshes {
  /**
   * Resolves when this version is no longer the one to renew: there is a newer one, it is gone, it needs reconnecting, or its
   * authorization server is left alone for a while. Read the row again.
   * @throws AppError upstream_auth_unavailable where another process takes too long
   */
  renew(token: TokenVersion): Promise<void>
  /** Resolves when none is under way any more. */
  idle(): Promise<void>
}

export type On = Pick<Deps, 'db' | 'sealer' | 'egress' | 'changes' | 'revocations' | 'log' | 'now' | 'config'>

/** How long nobody else may refresh: longer than asking takes, and writing down what came. */
const claimS = ({ config }: On) => config.GATEHOUSE_TOKEN_TIMEOUT_MS / 1_000 + 10
const patienceMs = 20_000
const lookEveryMs = 150

export function createRefreshes(on: On): Refreshes {
  const underway = new Map<string, Promise<void>>()
  return {
    renew(token) {
      const key = `${token.workspaceId} ${token.id} ${token.version}`
      const running = underway.get(key)
      if (running) return running
      const started = settle(on, token).finally(() => underway.delete(key))
      underway.set(key, started)
      return started
    },
    async idle() {
      while (underway.size > 0) await Promise.allSettled(underway.values())
    },
  }
}

async function settle(on: On, token: TokenVersion): Promise<void> {
  const until = Date.now() + patienceMs
  while (Date.now() < until) {
    const found = await on.db.inWorkspace(token.workspaceId, (tx) => claim(on, tx, token))
    if (typeof found === 'object') return perform(on, found)
    if (typeof found === 'number') on.changes.published(found)
    if (found !== 'claimed') return
    await pause(lookEveryMs)
  }
  throw new AppError('upstream_auth_unavailable', { retryAfterS: 5 })
}

/** The right to refresh, and what it takes. */
interface Claim extends TokenVersion {
  readonly claimId: string
  readonly attempt: number
  readonly generation: string
  readonly scopes: readonly string[]
  readonly tokens: Tokens
  readonly client: OAuthClient
}

/** A number is the revision at which it was found to need reconnecting. */
async function claim(on: On, tx: Tx, token: TokenVersion): Promise<Claim | 'settled' | 'claimed' | number> {
  const { workspaceId, id, version } = token
  // Client first and token second, as where a server or a client is deleted.
  await tx.$queryRaw`
    SELECT p.id FROM oauth_provider p JOIN oauth_token t ON t.workspace_id = p.workspace_id AND t.provider_id = p.id
    WHERE t.workspace_id = ${workspaceId}::uuid AND t.id = ${id}::uuid FOR SHARE OF p`
  const [lock] = await tx.$queryRaw<{ is_claimed: boolean; is_cooling: boolean }[]>`
    SELECT coalesce(claim_until > now(), false) AS is_claimed, coalesce(retry_at > now(), false) AS is_cooling
    FROM oauth_token WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`
  const row = await tx.oAuthToken.findUnique({ where: { workspaceId_id: { workspaceId, id } } })
  if (!lock || row?.version !== version || row.state !== 'active') return 'settled'
  if (lock.is_claimed) return 'claimed'
  if (lock.is_cooling) return 'settled'
  const tokens = await openTokens(on, tx, row)
  if (tokens.refresh_token === undefined && tokens.grant === undefined)
    return needsReconnecting(on, tx, row, 'no_refresh_token')
  const client = await readClient(on, tx, workspaceId, row.providerId)
  const claimId = randomUUID()
  await tx.$executeRaw`
    UPDATE oauth_token SET claim_id = ${claimId}::uuid, attempts = attempts + 1,
      claim_until = now() + make_interval(secs => ${claimS(on)}::float8)
    WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid`
  const { generation, scopes } = row
  return { ...token, claimId, attempt: row.attempts + 1, generation, scopes, tokens, client }
}

/** The one who has the claim asks, and writes down what came. */
async function perform(on: On, claim: Claim): Promise<void> {
  try {
    const granted = await requestToken(on, claim.client, claim.tokens, claim.scopes)
    await store(on, claim, granted)
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error
    const { result, isPermanent, cause } = error
    on.log.warn({ connection: claim.id, result, err: cause }, 'a token was not renewed')
    await insist(on, () => (isPermanent ? giveUp(on, claim, result) : coolDown(on, claim, result)))
  }
}

/** Whoever holds the claim by now: what the server has given replaces what it was given for. */
async function store(on: On, claim: Claim, granted: Granted): Promise<void> {
  const { workspaceId, id, version } = claim
  const unused = await insist(on, () =>
    on.db.inWorkspace(workspaceId, async (tx) => {
      await lockToken(tx, claim)
      const where = { workspaceId_id: { workspaceId, id } }
      const row = await tx.oAuthToken.findUnique({ where })
      // Disconnected meanwhile: what came is nobody's.
      if (!row) return [await keepRevocable(on, tx, workspaceId, claim.client, granted.tokens)]
      if (row.generation !== claim.generation || row.version !== version) return []
      const place = { ...row, version: version + 1 }
      const { sealed, dataKeyId } = await sealTokens(on, tx, place, granted.tokens)
      await tx.oAuthToken.update({
        where,
        data: {
          ...{ sealed, dataKeyId, version: version + 1, state: 'active', expiresAt: granted.expiresAt },
          ...(granted.refreshExpiresAt && { refreshExpiresAt: granted.refreshExpiresAt }),
          ...(granted.scopes && { scopes: [...granted.scopes] }),
          ...{ claimId: null, claimUntil: null, attempts: 0, retryAt: null },
          ...{ lastRefreshAt: on.now(), lastRefreshResult: 'ok' },
        },
        select: { id: true },
      })
      return []
    }),
  )
  await on.revocations.now(unused)
}

function giveUp(on: On, claim: Claim, result: string): Promise<void> {
  return on.db
    .inWorkspace(claim.workspaceId, async (tx) => {
      const row = await lockClaim(tx, claim)
      if (!row) return null
      // A client that the server has forgotten is registered anew when somebody connects.
      if (result === 'invalid_client')
        await tx.oAuthProvider.updateMany({
          where: { workspaceId: row.workspaceId, id: row.providerId, kind: 'dynamic' },
          data: { secretExpiresAt: on.now() },
        })
      return needsReconnecting(on, tx, row, result)
    })
    .then((revision) => {
      if (revision) on.changes.published(revision)
    })
}

/** Nobody is logged out, and nobody asks again for 2 s, 4 s, … up to five minutes. */
function coolDown(on: On, claim: Claim, result: string): Promise<void> {
  const seconds = Math.min(2 ** Math.min(claim.attempt, 10), 300)
  return on.db.inWorkspace(claim.workspaceId, async (tx) => {
    if (!(await lockClaim(tx, claim))) return
    await tx.$executeRaw`
      UPDATE oauth_token SET claim_id = NULL, claim_until = NULL,
        retry_at = now() + make_interval(secs => ${seconds}::float8),
        last_refresh_at = ${on.now()}, last_refresh_result = ${result}
      WHERE workspace_id = ${claim.workspaceId}::uuid AND id = ${claim.id}::uuid`
  })
}

const lockToken = (tx: Tx, { workspaceId, id }: TokenVersion) => tx.$queryRaw`
  SELECT id FROM oauth_token WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`

/** Null where somebody else has it by now. */
async function lockClaim(tx: Tx, claim: Claim) {
  await lockToken(tx, claim)
  const { workspaceId, id, claimId, version } = claim
  return tx.oAuthToken.findFirst({ where: { workspaceId, id, claimId, version } })
}

/** A server that rotates gives each token once: what it gave is not lost to a database that is away for a moment. */
async function insist<T>(on: Pick<On, 'log'>, write: () => Promise<T>): Promise<T> {
  const until = Date.now() + patienceMs
  for (;;) {
    try {
      return await write()
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'database_unavailable' || Date.now() > until)
        throw error
      on.log.warn({ err: error }, 'the outcome of a refresh is not written yet')
      await pause(500)
    }
  }
}

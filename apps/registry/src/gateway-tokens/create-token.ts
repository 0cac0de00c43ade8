// A token with which a page calls the gateway in its person's name. It is one more secret of a key that stands for the session,
// so gateways resolve it as they resolve every key, and sessions at servers outlive a single token.

import { AppError } from '@gatehouse/errors'
import {
  type createGatewayToken,
  type GatewayToken,
  type Permission,
  permission,
  toTimestamp,
} from '@gatehouse/registry-api'
import type { z } from 'zod'
import { type Actor, type Call, may } from '../actor.ts'
import { insertKey, insertSecret, type NewApiKey } from '../api-keys/insert-key.ts'
import { keyEnv } from '../api-keys/to-wire.ts'
import { visibleKeys } from '../api-keys/visible.ts'
import { audit } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'

const livesMs = 5 * 60_000
/** What a client at a gateway can need. */
const useful: readonly Permission[] = ['mcp-servers:read', 'mcp-servers:invoke']

/** @throws AppError session_required, api_key_not_found */
export async function createToken(
  deps: Deps,
  call: Call,
  input: z.output<typeof createGatewayToken>,
): Promise<GatewayToken> {
  const { actor } = call
  const { workspaceId, sessionId } = actor
  if (sessionId === undefined) throw new AppError('session_required')
  const now = deps.now()
  const session = await deps.db.asSystem((tx) =>
    tx.session.findUnique({ where: { id: sessionId }, select: { expiresAt: true } }),
  )
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    const as = input.as ? await findKey(tx, actor, input.as.toLowerCase(), now) : null
    const ends = earliest(session?.expiresAt ?? now, as?.expiresAt ?? null)
    const wanted = toKey(actor, as, ends)
    const secretExpiresAt = earliest(new Date(now.getTime() + livesMs), ends)
    const { id, token } = await oneMore(deps, tx, wanted, secretExpiresAt)
    const about = {
      as: as?.id ?? null,
      permissions: [...wanted.permissions],
      servers: wanted.servers && [...wanted.servers],
      expires_at: toTimestamp(secretExpiresAt),
    }
    await audit(tx, actor, {
      action: 'gateway-token.created',
      objectType: 'gateway-token',
      objectId: id,
      after: about,
      requestId: call.requestId,
    })
    return { id, token, ...about }
  })
}

const asColumns = {
  id: true,
  name: true,
  kind: true,
  permissions: true,
  servers: true,
  allServers: true,
  rateLimit: true,
  expiresAt: true,
} as const

async function findKey(tx: Tx, actor: Actor, id: string, now: Date) {
  const row = await tx.apiKey.findFirst({ where: { AND: [visibleKeys(actor), { id }] }, select: asColumns })
  if (row === null || (row.expiresAt !== null && row.expiresAt <= now))
    throw new AppError('api_key_not_found')
  return row
}

type AsKey = Awaited<ReturnType<typeof findKey>>

function toKey(actor: Actor, as: AsKey | null, expiresAt: Date): NewApiKey {
  const granted = as === null ? useful : permission.array().parse(as.permissions)
  return {
    workspaceId: actor.workspaceId,
    name: as === null ? `${actor.name} (console)` : `${actor.name} (console, as ${as.name})`,
    kind: as?.kind === 'service' ? 'service' : 'user',
    ownerId: actor.userId,
    permissions: useful.filter((one) => granted.includes(one) && may(actor, one)),
    servers: as === null || as.allServers ? null : as.servers,
    rateLimit: as?.rateLimit ?? null,
    expiresAt,
    purpose: 'console',
    ...(actor.sessionId === undefined ? {} : { sessionId: actor.sessionId }),
    asKeyId: as?.id ?? null,
  }
}

/** Of the key that stands for this session and `as`, made where there is none. What keys may do never changes. */
async function oneMore(deps: Deps, tx: Tx, wanted: NewApiKey, secretExpiresAt: Date) {
  const { workspaceId, sessionId, asKeyId, expiresAt } = wanted
  const known = await tx.apiKey.findFirst({
    where: { workspaceId, purpose: 'console', sessionId: sessionId ?? null, asKeyId: asKeyId ?? null },
    select: { id: true },
  })
  const env = keyEnv(deps.config)
  if (known === null) {
    const { row, key } = await insertKey(tx, env, { ...wanted, secretExpiresAt })
    return { id: row.id, token: key }
  }
  const { id } = known
  await tx.apiKey.update({
    where: { workspaceId_id: { workspaceId, id } },
    data: { expiresAt, name: wanted.name, permissions: [...wanted.permissions] },
    select: { id: true },
  })
  return { id, token: await insertSecret(tx, env, workspaceId, id, secretExpiresAt) }
}

const earliest = (a: Date, b: Date | null) => (b === null || a < b ? a : b)

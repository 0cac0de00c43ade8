// Makes an API key. Its maker sees it this once; a repeat with the same Idempotency-Key shows the stored object only.

import { AppError } from '@gatehouse/errors'
import type { ApiKey, CreatedApiKey, createApiKey } from '@gatehouse/registry-api'
import type { z } from 'zod'
import { type Actor, type Call, requirePermission } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { createOnce, type Idempotency } from '../idempotency.ts'
import { checkGrant } from './grant.ts'
import { insertKey, type NewApiKey } from './insert-key.ts'
import { keyEnv, shown, toWire } from './to-wire.ts'

type Input = z.output<typeof createApiKey>

/** @throws AuthError, AppError invalid_parameter, idempotency_conflict, api_key_not_found (a repeat after its deletion) */
export async function createKey(
  deps: Deps,
  call: Call,
  input: Input,
  idempotency?: Idempotency,
): Promise<{ created: CreatedApiKey } | { repeated: ApiKey }> {
  const { actor } = call
  const wanted = toKey(actor, input)
  requirePermission(actor, wanted.kind === 'service' ? 'api-keys:all' : 'api-keys:own')
  const now = deps.now()
  if (wanted.expiresAt !== null && wanted.expiresAt <= now) {
    throw new AppError('invalid_parameter', {
      todo: "Set 'expires_at' to a time to come",
      what: 'it is past',
    })
  }
  const done = await createOnce(deps.db, actor, now, idempotency, async (tx) => {
    await checkGrant(tx, actor, wanted)
    await checkServers(tx, wanted)
    const { row, key } = await insertKey(tx, keyEnv(deps.config), wanted)
    const created: CreatedApiKey = { ...toWire(deps.config, row), key }
    await audit(tx, actor, {
      action: 'api-key.created',
      objectType: 'api-key',
      objectId: row.id,
      after: toWire(deps.config, row),
      requestId: call.requestId,
    })
    return { id: row.id, made: created }
  })
  return 'made' in done ? { created: done.made } : { repeated: await read(deps, actor, done.repeatOf) }
}

/** A person's key acts for that person; a service key can make service keys only. */
function toKey(actor: Actor, input: Input): NewApiKey {
  const kind = input.kind ?? (actor.userId === null ? 'service' : 'user')
  if (kind === 'user' && actor.userId === null) {
    throw new AppError('invalid_parameter', {
      todo: "Leave 'kind' out or set it to service",
      what: 'a service key has no person whom a user key could act for',
    })
  }
  return {
    workspaceId: actor.workspaceId,
    name: input.name,
    kind,
    ownerId: kind === 'user' ? actor.userId : null,
    permissions: input.permissions,
    servers: input.servers?.map((id) => id.toLowerCase()) ?? null,
    rateLimit: input.rate_limit ?? null,
    expiresAt: input.expires_at ? new Date(input.expires_at) : null,
  }
}

/** A server of another workspace is like one that doesn't exist. */
async function checkServers(tx: Tx, { workspaceId, servers }: NewApiKey): Promise<void> {
  if (servers === null) return
  const known = await tx.mcpServer.findMany({
    where: { workspaceId, id: { in: [...servers] } },
    select: { id: true },
  })
  const ids = new Set(known.map(({ id }) => id))
  const missing = servers.find((id) => !ids.has(id))
  if (missing === undefined) return
  throw new AppError('invalid_parameter', {
    todo: "Set 'servers' to ids of servers of this workspace",
    what: `there is no server ${missing}`,
  })
}

async function read(deps: Deps, actor: Actor, id: string): Promise<ApiKey> {
  const { workspaceId } = actor
  const row = await deps.db.inWorkspace(workspaceId, (tx) =>
    tx.apiKey.findUnique({ where: { workspaceId_id: { workspaceId, id } }, select: shown }),
  )
  if (!row) throw new AppError('api_key_not_found')
  return toWire(deps.config, row)
}

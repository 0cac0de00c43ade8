// What `npm start` shows a person: a key with every permission, replaced on every start, and a link into the console.

import { newRequestId } from '@gatehouse/http-kit'
import { permissions } from '@gatehouse/registry-api'
import type { Actor } from '../actor.ts'
import { insertKey } from '../api-keys/insert-key.ts'
import { keyEnv, shown, toWire } from '../api-keys/to-wire.ts'
import { audit } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { firstOwner } from './first-owner.ts'
import { linkForOwner, systemActor } from './link-for-owner.ts'

export interface LocalStart {
  readonly api_key: string
  readonly console_link: string
}

/** Call after ensureFirstOwner; again on every start. The key of the start before is no longer good afterwards. */
export async function localStart(deps: Deps): Promise<LocalStart> {
  const owner = await deps.db.asSystem(firstOwner)
  if (owner === null) throw new Error('The workspace has no owner: use a new data folder')
  const { workspaceId } = owner
  const actor = systemActor(workspaceId, 'local start')
  const requestId = newRequestId()
  const made = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const where = { consoleUrl: deps.config.CONSOLE_PUBLIC_URL, now: deps.now(), requestId }
    const console_link = await linkForOwner(tx, actor, owner, where)
    const old = await dropLocalKeys(deps, tx, actor, requestId)
    const api_key = await makeLocalKey(deps, tx, actor, requestId)
    let revision: number | undefined
    for (const subjectId of old)
      revision = await deps.changes.record(tx, { workspaceId, subject: 'api-key', subjectId })
    return { api_key, console_link, revision }
  })
  if (made.revision !== undefined) deps.changes.published(made.revision)
  return { api_key: made.api_key, console_link: made.console_link }
}

async function makeLocalKey(deps: Deps, tx: Tx, actor: Actor, requestId: string): Promise<string> {
  const { row, key } = await insertKey(tx, keyEnv(deps.config), {
    workspaceId: actor.workspaceId,
    name: 'local start',
    kind: 'service',
    ownerId: null,
    permissions,
    servers: null,
    rateLimit: null,
    expiresAt: null,
    local: true,
  })
  const after = toWire(deps.config, row)
  await audit(tx, actor, {
    action: 'api-key.created',
    objectType: 'api-key',
    objectId: row.id,
    after,
    requestId,
  })
  return key
}

/** @returns their ids */
async function dropLocalKeys(deps: Deps, tx: Tx, actor: Actor, requestId: string): Promise<string[]> {
  const rows = await tx.apiKey.findMany({ where: { local: true }, select: shown })
  const ids = rows.map(({ id }) => id)
  await tx.apiKey.deleteMany({ where: { OR: [{ id: { in: ids } }, { asKeyId: { in: ids } }] } })
  for (const row of rows) {
    const before = toWire(deps.config, row)
    await audit(tx, actor, {
      action: 'api-key.deleted',
      objectType: 'api-key',
      objectId: row.id,
      before,
      requestId,
    })
  }
  return ids
}

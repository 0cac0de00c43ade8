// Gives a key a new secret; the id, its permissions and its history stay. The old secret may go on for a while.

import { AppError, AuthError } from '@gatehouse/errors'
import { type CreatedApiKey, permission } from '@gatehouse/registry-api'
import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Deps } from '../deps.ts'
import { checkGrant } from './grant.ts'
import { insertSecret } from './insert-key.ts'
import { keyEnv, shown, toWire } from './to-wire.ts'
import { visibleKeys } from './visible.ts'

/**
 * A user key is rotated by its own person: whoever holds a secret acts for them. Answers when no gateway takes a secret
 * that ended here.
 * @throws AuthError, AppError api_key_not_found, revocation_pending (it is rotated, the new key is not shown: repeat)
 */
export async function rotateKey(
  deps: Deps,
  call: Call,
  id: string,
  input: { readonly overlap_s: number },
): Promise<CreatedApiKey> {
  const { actor } = call
  const { workspaceId } = actor
  const ends = new Date(deps.now().getTime() + input.overlap_s * 1_000)
  const done = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const before = await tx.apiKey.findFirst({ where: { AND: [visibleKeys(actor), { id }] }, select: shown })
    if (!before) throw new AppError('api_key_not_found')
    if (before.ownerId !== null && before.ownerId !== actor.userId) {
      throw new AuthError(
        403,
        'a key that acts for a person is rotated by that person alone; it can be deleted',
      )
    }
    await checkGrant(tx, actor, {
      permissions: permission.array().parse(before.permissions),
      servers: before.allServers ? null : before.servers,
    })
    const secrets = { workspaceId, keyId: id }
    await tx.apiKeySecret.deleteMany({ where: { ...secrets, expiresAt: { not: null } } })
    if (input.overlap_s === 0) await tx.apiKeySecret.deleteMany({ where: secrets })
    else await tx.apiKeySecret.updateMany({ where: secrets, data: { expiresAt: ends } })
    const key = await insertSecret(tx, keyEnv(deps.config), workspaceId, id)
    const row = await tx.apiKey.findUniqueOrThrow({
      where: { workspaceId_id: { workspaceId, id } },
      select: shown,
    })
    const after = toWire(deps.config, row)
    await audit(tx, actor, {
      action: 'api-key.rotated',
      objectType: 'api-key',
      objectId: id,
      before: { prefix: toWire(deps.config, before).prefix },
      after: { prefix: after.prefix, overlap_s: input.overlap_s },
      requestId: call.requestId,
    })
    const revision = await deps.changes.record(tx, { workspaceId, subject: 'api-key', subjectId: id })
    return { revision, created: { ...after, key } }
  })
  deps.changes.published(done.revision)
  await deps.changes.settled(done.revision)
  return done.created
}

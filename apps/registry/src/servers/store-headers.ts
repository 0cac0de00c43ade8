// Seals header values and writes them in place of what was stored. A new set is a new generation of the credential.

import { Secret } from '@gatehouse/config'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import type { HeaderInput } from './check-headers.ts'

interface Place {
  readonly workspaceId: string
  readonly serverId: string
  readonly generation: string
}

export async function storeHeaders(
  deps: Deps,
  tx: Tx,
  place: Place,
  headers: readonly HeaderInput[],
): Promise<void> {
  const { workspaceId, serverId, generation } = place
  await tx.serverHeader.deleteMany({ where: { workspaceId, serverId } })
  for (const [position, { key, value }] of headers.entries()) {
    const where = { workspaceId, serverId, key, generation }
    const { sealed, dataKeyId } = await deps.sealer.sealHeader(tx, where, new Secret(value))
    await tx.serverHeader.create({
      data: {
        workspaceId,
        serverId,
        position,
        key,
        sealed: Buffer.from(sealed),
        dataKeyId,
        fingerprint: deps.sealer.fingerprint(serverId, new Secret(value)),
      },
      select: { position: true },
    })
  }
}

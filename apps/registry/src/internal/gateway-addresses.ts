// Where gateways reach each other, for calls that only one of them can answer. A row lives as long as the change stream that
// it was told on; that of a registry which was killed is no longer refreshed and counts for a minute.

import type { Peer } from '@gatehouse/registry-api/internal'
import { v7 as uuidv7 } from 'uuid'
import type { Db } from '../db.ts'

/** What keeps a row for as long as a stream is open. */
export interface KeptAddress {
  /** Says that the gateway is still there. */
  refresh(): Promise<void>
  remove(): Promise<void>
}

export async function keepAddress(db: Db, gatewayId: string, address: string): Promise<KeptAddress> {
  const streamId = uuidv7()
  await db.asSystem(async (tx) => {
    await tx.$executeRaw`
      INSERT INTO gateway_address (gateway_id, address, stream_id) VALUES (${gatewayId}::uuid, ${address}, ${streamId}::uuid)
      ON CONFLICT (gateway_id) DO UPDATE SET address = excluded.address, stream_id = excluded.stream_id, seen_at = now()`
    await tx.$executeRaw`DELETE FROM gateway_address WHERE seen_at < now() - interval '1 day'`
  })
  return {
    refresh: () =>
      db.asSystem(async (tx) => {
        await tx.$executeRaw`UPDATE gateway_address SET seen_at = now() WHERE stream_id = ${streamId}::uuid`
      }),
    remove: () =>
      db.asSystem(async (tx) => {
        await tx.gatewayAddress.deleteMany({ where: { streamId } })
      }),
  }
}

/** Those that were heard of within the last minute, on the database's clock. */
export const readPeers = (db: Db): Promise<Peer[]> =>
  db.asSystem(
    (tx) => tx.$queryRaw<Peer[]>`
      SELECT gateway_id, address FROM gateway_address WHERE seen_at > now() - interval '1 minute' ORDER BY gateway_id`,
  )

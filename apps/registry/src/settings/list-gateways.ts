// Which gateways serve: those whose lease has not run out, on the database's clock.

import { type Gateway, toTimestamp } from '@gatehouse/registry-api'
import type { Deps } from '../deps.ts'

interface Row {
  readonly id: string
  readonly version: string
  readonly address: string | null
  readonly expires_at: Date
  readonly up_to_date: boolean
}

export async function listGateways(deps: Deps): Promise<{ data: Gateway[] }> {
  const rows = await deps.db.asSystem(
    (tx) => tx.$queryRaw<Row[]>`
      SELECT l.gateway_id::text AS id, l.version, a.address, l.expires_at,
        l.acknowledged >= (SELECT revision FROM revision WHERE id = 1) AS up_to_date
      FROM gateway_lease l LEFT JOIN gateway_address a ON a.gateway_id = l.gateway_id
      WHERE l.expires_at > clock_timestamp() ORDER BY l.gateway_id`,
  )
  return {
    data: rows.map(({ expires_at, ...row }) => ({ ...row, lease_expires_at: toTimestamp(expires_at) })),
  }
}

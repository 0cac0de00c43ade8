// What was counted (count-calls.ts) and what wasn't yet, in one: a call is in exactly one of the two tables at any time.

import { Prisma } from '../generated/client.ts'

interface Which {
  /** all | server | key | server-key | server-tool | server-tool-key */
  readonly grain: string
  /** 60 | 3600 | 86400 */
  readonly width: number
  /** Calls without a tool are no part of it. */
  readonly ofTools: boolean
}

/**
 * A query for rows (at, server_id, tool, key_id, calls, errors, latencies). Its rows tell apart what the grain does, or more.
 * @param condition about workspace_id, at, and of server_id, tool and key_id what the grain tells apart
 */
export const counted = (condition: Prisma.Sql, { grain, width, ofTools }: Which): Prisma.Sql => Prisma.sql`
  SELECT at, server_id, tool, key_id, calls, errors, latencies FROM call_usage
  WHERE ${condition} AND width_s = ${width}::int AND grain = ${grain}
  UNION ALL
  SELECT at, server_id, tool, key_id, 1, is_error::int, CASE WHEN step IS NULL THEN '{}' ELSE ARRAY[64 + step]::bigint[] END
  FROM call_uncounted WHERE ${condition} ${ofTools ? Prisma.sql`AND tool <> ''` : Prisma.empty}`

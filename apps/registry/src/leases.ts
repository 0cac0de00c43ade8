// Who may still use what was read before a change. Each gateway holds a lease, a row that says until when (on the database's
// clock, whatever process of the registry it talks to) and which revision it has acknowledged. What takes something away waits
// here until every lease has acknowledged it or run out.

import { AppError } from '@gatehouse/errors'
import type { Db } from './db.ts'

export interface Leases {
  readonly lengthMs: number
  /** Begins or prolongs. What the gateway is then told to start with has to be read after this. */
  take(gatewayId: string, version?: string): Promise<void>
  /**
   * The gateway uses nothing older than this revision any more.
   * @returns how many leases hold; 0 where this one has run out: it may not go on without a new beginning
   */
  renew(gatewayId: string, revision: number): Promise<number>
  /** The gateway has stopped. */
  giveBack(gatewayId: string): Promise<void>
  /**
   * Resolves when every lease has acknowledged the revision or run out.
   * @throws AppError revocation_pending after GATEHOUSE_REVOCATION_WAIT_MS
   */
  settled(revision: number): Promise<void>
  /** Another process has written an acknowledgement. */
  notice(): void
  close(): void
}

export interface LeasesOptions {
  readonly db: Db
  readonly lengthMs: number
  readonly onError: (error: unknown) => void
  /** How long settled() waits. */
  readonly patienceMs: number
}

interface Waiting {
  readonly revision: number
  done(): void
}

/** The name that PostgreSQL's LISTEN and NOTIFY know acknowledgements by. */
export const leaseChannel = 'gatehouse_lease'

/** A notice may be lost with its connection. */
const lookAgainMs = 500

export function createLeases({ db, lengthMs, onError, patienceMs }: LeasesOptions): Leases {
  const lengthS = lengthMs / 1_000
  const waiting = new Set<Waiting>()
  let looking = false
  let again = false
  let closed = false
  let later: NodeJS.Timeout | undefined

  /** Only who waited before the reading began is answered by it. */
  async function look(): Promise<void> {
    const asked = [...waiting]
    const { acknowledged, leftMs } = await read(db)
    for (const one of asked) if (acknowledged === null || one.revision <= acknowledged) one.done()
    if (waiting.size > 0 && !closed) later = setTimeout(notice, Math.min(leftMs + 5, lookAgainMs))
  }

  /** One reader at a time; what comes meanwhile makes it read once more. */
  function notice(): void {
    again = true
    if (looking) return
    looking = true
    void (async () => {
      while (again && waiting.size > 0 && !closed) {
        again = false
        clearTimeout(later)
        await look().catch((error: unknown) => {
          onError(error)
          if (!closed) later = setTimeout(notice, lookAgainMs)
        })
      }
      looking = false
    })()
  }

  return {
    lengthMs,
    notice,
    async take(gatewayId, version = '') {
      // One that has run out begins anew: the gateway uses nothing until it was told what to start with.
      await db.asSystem(
        (tx) => tx.$executeRaw`
          INSERT INTO gateway_lease AS lease (gateway_id, version, acknowledged, expires_at)
          SELECT ${gatewayId}::uuid, ${version}, revision, clock_timestamp() + make_interval(secs => ${lengthS}::float8)
          FROM revision WHERE id = 1
          ON CONFLICT (gateway_id) DO UPDATE SET version = excluded.version,
            expires_at = greatest(lease.expires_at, excluded.expires_at),
            acknowledged = CASE WHEN lease.expires_at > clock_timestamp() THEN lease.acknowledged
              ELSE excluded.acknowledged END`,
      )
    },
    async renew(gatewayId, revision) {
      const [renewed] = await db.asSystem(
        (tx) => tx.$queryRaw<{ gateways: number }[]>`
          WITH renewed AS (
            UPDATE gateway_lease SET acknowledged = greatest(acknowledged, ${revision}::bigint),
              expires_at = greatest(expires_at, clock_timestamp() + make_interval(secs => ${lengthS}::float8))
            WHERE gateway_id = ${gatewayId}::uuid AND expires_at > clock_timestamp() RETURNING gateway_id)
          SELECT pg_notify(${leaseChannel}, '')::text,
            greatest(1, (SELECT count(*) FROM gateway_lease WHERE expires_at > clock_timestamp()))::int AS gateways FROM renewed`,
      )
      notice()
      return renewed?.gateways ?? 0
    },
    async giveBack(gatewayId) {
      await db.asSystem(async (tx) => {
        await tx.$executeRaw`DELETE FROM gateway_lease WHERE gateway_id = ${gatewayId}::uuid`
        await tx.$executeRaw`SELECT pg_notify(${leaseChannel}, '')`
      })
      notice()
    },
    settled: (revision) =>
      new Promise((resolve, reject) => {
        const one = {
          revision,
          done() {
            clearTimeout(timer)
            waiting.delete(one)
            resolve()
          },
        }
        const timer = setTimeout(() => {
          waiting.delete(one)
          reject(new AppError('revocation_pending'))
        }, patienceMs)
        waiting.add(one)
        notice()
      }),
    close() {
      closed = true
      clearTimeout(later)
    },
  }
}

/**
 * What every lease has acknowledged (null where there is none), and how long the first one still lasts. One that has run out is
 * removed under its lock, so that a renewal on its way either counts here or comes too late.
 */
function read(db: Db): Promise<{ acknowledged: bigint | null; leftMs: number }> {
  return db.asSystem(async (tx) => {
    await tx.$executeRaw`
      DELETE FROM gateway_lease WHERE gateway_id IN (
        SELECT gateway_id FROM gateway_lease WHERE expires_at <= clock_timestamp() ORDER BY gateway_id FOR UPDATE)`
    const [row] = await tx.$queryRaw<{ acknowledged: bigint | null; left_ms: number | null }[]>`
      SELECT min(acknowledged) AS acknowledged,
        (extract(epoch FROM min(expires_at) - clock_timestamp()) * 1000)::float8 AS left_ms FROM gateway_lease`
    return { acknowledged: row?.acknowledged ?? null, leftMs: Math.max(0, row?.left_ms ?? 0) }
  })
}

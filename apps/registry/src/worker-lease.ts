// Work that one process of the registry does for all: who has the row does it, and another one where it was not renewed.

import { randomUUID } from 'node:crypto'
import type { Deps } from './deps.ts'

export interface WorkerLease {
  /** True where it is this process's for a while longer. */
  take(): Promise<boolean>
  giveBack(): Promise<void>
}

/** @param lengthMs without renewal; the clock is the database's */
export function createWorkerLease({ db }: Pick<Deps, 'db'>, name: string, lengthMs: number): WorkerLease {
  const holder = randomUUID()
  return {
    async take() {
      const rows = await db.asSystem(
        (tx) => tx.$queryRaw<unknown[]>`
          INSERT INTO worker_lease AS l (name, holder, until)
          VALUES (${name}, ${holder}::uuid, clock_timestamp() + make_interval(secs => ${lengthMs / 1_000}::float8))
          ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
          WHERE l.holder = excluded.holder OR l.until < clock_timestamp()
          RETURNING name`,
      )
      return rows.length > 0
    },
    async giveBack() {
      await db.asSystem((tx) => tx.workerLease.deleteMany({ where: { name, holder } }))
    },
  }
}

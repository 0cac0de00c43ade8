// The only way to the data: one transaction per call, which first takes a role, so that row level security is a second
// wall behind every query. Where the database comes from: embedded.ts and start.ts.

import { AppError } from '@gatehouse/errors'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { type Prisma, PrismaClient } from './generated/client.ts'
import { isOutage } from './outage.ts'

export type Tx = Prisma.TransactionClient

export interface Db {
  /** One transaction that sees and writes the rows of this workspace only (role gatehouse_app, forced row security). */
  inWorkspace<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T>
  /** One transaction for the named global queries (role gatehouse_system). */
  asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** For better-auth only: no role, no workspace. */
  readonly prisma: PrismaClient
  close(): Promise<void>
}

/** How to reach the database. */
export interface Source {
  readonly pool: pg.PoolConfig
  /** PGlite behind its socket: one connection, because it mixes up the messages of several. */
  readonly embedded: boolean
}

/** @param onError told about connections that break while idle; the next query makes a new one */
export function openDb(source: Source, onError: (error: Error) => void): Db {
  const pool = new pg.Pool({
    // A query that waits longer for a connection is answered 503 (database_unavailable).
    connectionTimeoutMillis: source.embedded ? 20_000 : 1_500,
    max: source.embedded ? 1 : 10,
    ...source.pool,
  })
  const adapter = new PrismaPg(pool, {
    disposeExternalPool: true,
    onPoolError: onError,
    onConnectionError: onError,
  })
  const prisma = new PrismaClient({
    adapter,
    transactionOptions: { maxWait: source.embedded ? 20_000 : 1_800, timeout: 10_000 },
  })
  const as = async <T>(role: string, workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T> => {
    try {
      return await prisma.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT set_config('app.workspace', ${workspaceId}, true), set_config('role', ${role}, true)`
        return work(tx)
      })
    } catch (error) {
      throw isOutage(error) ? new AppError('database_unavailable', { cause: error }) : error
    }
  }
  return {
    inWorkspace: (workspaceId, work) => as('gatehouse_app', workspaceId, work),
    asSystem: (work) => as('gatehouse_system', '', work),
    prisma,
    close: () => prisma.$disconnect(),
  }
}

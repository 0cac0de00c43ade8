// The only way to the data: one transaction per call, which first takes a role, so that row level security is a second
// wall behind every query. Where the database comes from: embedded.ts and start.ts.

import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '@gatehouse/errors'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { type Prisma, PrismaClient } from './generated/client.ts'
import { isOutage } from './outage.ts'

export type Tx = Prisma.TransactionClient

export interface Transactions {
  /** One transaction that sees and writes the rows of this workspace only (role gatehouse_app, forced row security). */
  inWorkspace<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T>
  /** One transaction for the named global queries (role gatehouse_system). */
  asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}

/** Its own transactions are short, as requests need them: 503 (database_unavailable) in time where the database is silent. */
export interface Db extends Transactions {
  /** For work in the background, which may take long and wait for others. */
  readonly patient: Transactions
  /** For better-auth only: no role, no workspace. */
  readonly prisma: PrismaClient
  close(): Promise<void>
}

/** How to reach the database. */
export interface Source {
  readonly pool: pg.PoolConfig
  /** PGlite behind its socket: one connection, because it mixes up the messages of several. */
  readonly embedded: boolean
  /** A server that leaves a statement unanswered for so long counts as away; GATEHOUSE_DATABASE_TIMEOUT_MS, 1,700 unless told. */
  readonly silenceMs?: number | undefined
  /** It has given up and answers nothing more. */
  readonly onPanic?: () => void
}

/** @param onError told about connections that break while idle; the next query makes a new one */
export function openDb(source: Source, onError: (error: Error) => void): Db {
  const silenceMs = source.silenceMs ?? 1_700
  const pool = new pg.Pool({
    // A query that waits longer for a connection is answered 503 (database_unavailable).
    connectionTimeoutMillis: source.embedded ? 20_000 : silenceMs - 200,
    max: source.embedded ? 1 : 10,
    Client: NotedClient,
    ...source.pool,
  })
  pool.on('connect', ({ connection }: pg.PoolClient & Pick<pg.Client, 'connection'>) => {
    connection.on('errorMessage', ({ severity }: { severity?: string }) => {
      if (severity === 'PANIC') source.onPanic?.()
    })
  })
  const adapter = new PrismaPg(pool, {
    disposeExternalPool: true,
    onPoolError: onError,
    onConnectionError: onError,
  })
  const prisma = new PrismaClient({
    adapter,
    transactionOptions: {
      maxWait: source.embedded ? 20_000 : silenceMs + 100,
      timeout: Math.max(transactionMs, silenceMs),
    },
  })
  const as = async <T>(
    role: string,
    workspaceId: string,
    work: (tx: Tx) => Promise<T>,
    isPatient: boolean,
  ): Promise<T> => {
    const watch = source.embedded ? undefined : watchSilence(silenceMs)
    const begin = () =>
      prisma.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT set_config('app.workspace', ${workspaceId}, true), set_config('role', ${role}, true)`
        if (isPatient) watch?.allow(transactionMs + silenceMs)
        const result = await work(tx)
        watch?.mayCommit()
        return result
      })
    const done = watch ? asking.run(watch, begin) : begin()
    try {
      return await (watch ? Promise.race([done, watch.tooLong]) : done)
    } catch (error) {
      done.catch(() => undefined) // abandoned where it was too late
      throw isOutage(error) ? new AppError('database_unavailable', { cause: error }) : error
    } finally {
      watch?.stop()
    }
  }
  const transactions = (isPatient: boolean): Transactions => ({
    inWorkspace: (workspaceId, work) => as('gatehouse_app', workspaceId, work, isPatient),
    asSystem: (work) => as('gatehouse_system', '', work, isPatient),
  })
  return {
    ...transactions(false),
    patient: transactions(true),
    prisma,
    close: () =>
      source.embedded
        ? prisma.$disconnect()
        : Promise.race([prisma.$disconnect(), pause(closeMs, undefined, { ref: false })]),
  }
}

/** A connection that a broken wire holds does not hold the stop. */
const closeMs = 3_000

/** No transaction takes longer. */
const transactionMs = 10_000

/** Which connection a transaction has is known to the pool alone: its first query tells. */
const asking = new AsyncLocalStorage<{ asks(client: pg.Client): void; answered(): void }>()

class NotedClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config)
    // Between the pool's listener and Prisma's there is none: an end that comes with the last bytes of the greeting would end
    // the process. The query that follows fails.
    this.on('error', () => undefined)
    const query = this.query.bind(this)
    this.query = ((...args: Parameters<typeof query>) => {
      const store = asking.getStore()
      store?.asks(this)
      const answer: unknown = query(...args)
      if (store && answer instanceof Promise) answer.then(store.answered, store.answered)
      return answer
    }) as typeof query
  }
}

/**
 * A database that is there answers each statement of a short transaction soon; one behind a broken wire says nothing.
 * @param limitMs for each statement; for the first one from now on, the wait for a connection included
 */
function watchSilence(limitMs: number) {
  let ms = limitMs
  let isTooLong = false
  let isOver = false
  let answers = 0
  let client: pg.Client | undefined
  let giveUp = (_reason: AppError) => {}
  const tooLong = new Promise<never>((_, reject) => {
    giveUp = reject
  })
  tooLong.catch(() => undefined) // nobody waits for it once the work is done
  const end = () => {
    isTooLong = true
    client?.end().catch(() => undefined) // nobody knows whether it still answers: the pool makes another one
    giveUp(new AppError('database_unavailable', { cause: new Error(`no answer in ${ms} ms`) }))
  }
  const arm = () =>
    setTimeout(() => {
      // A process that was kept waiting itself reads first what came meanwhile.
      const before = answers
      setImmediate(() => {
        if (answers === before && !isOver) end()
      })
    }, ms)
  let timer: NodeJS.Timeout | undefined = arm()
  return {
    tooLong,
    asks(asked: pg.Client) {
      client = asked
      if (!isOver) timer ??= arm()
    },
    answered() {
      answers += 1
      clearTimeout(timer)
      timer = undefined
    },
    /** Each statement from here on may take this long. */
    allow(longerMs: number) {
      ms = longerMs
    },
    /** @throws AppError past the limit: the transaction is rolled back, its caller was told that it failed */
    mayCommit() {
      if (isTooLong) throw new AppError('database_unavailable')
    },
    stop() {
      isOver = true
      clearTimeout(timer)
    },
  }
}

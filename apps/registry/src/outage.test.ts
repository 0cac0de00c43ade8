// A database that goes away and comes back, seen through a wire that the test holds in its hand.

import { randomUUID } from 'node:crypto'
import { type FaultProxy, startFaultProxy, waitFor } from '@gatehouse/testkit'
import { createDatabase, dropDatabase } from '@gatehouse/testkit/databases'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Db, openDb } from './db.ts'

const template = inject('template')

/** 2 s is promised; the rest is a loaded machine's. */
const inTimeMs = 2_500

describe.runIf('adminUrl' in template)('a database that is away', () => {
  let db: Db
  let url: URL
  let wire: FaultProxy
  beforeAll(async () => {
    if (!('adminUrl' in template)) expect.fail()
    url = new URL(await createDatabase(template.adminUrl, template.name))
    wire = await startFaultProxy(Number(url.port))
    const through = new URL(url)
    through.port = String(wire.port)
    db = openDb({ pool: { connectionString: through.href }, embedded: false }, () => undefined)
  })
  afterAll(async () => {
    await db.close()
    await wire.close()
    if ('adminUrl' in template) await dropDatabase(template.adminUrl, url.href)
  })
  afterEach(async () => {
    wire.reset()
    await wire.set({})
    await answersAgain()
  })

  const answersAgain = () =>
    waitFor(
      () =>
        ask()
          .then((count) => count === 0)
          .catch(() => false),
      { deadlineMs: 5_000 },
    )
  const ask = () => db.asSystem((tx) => tx.workspace.count())
  const timed = async (work: () => Promise<unknown>) => {
    const start = performance.now()
    const code = await work().then(
      () => 'answered',
      (error: { code?: string; message: string }) => error.code ?? error.message,
    )
    return { code, soon: performance.now() - start < inTimeMs }
  }
  const away = { code: 'database_unavailable', soon: true }

  const cut = async () => {
    await wire.set({ refuse: true })
    wire.reset()
  }
  const freeze = () => wire.set({ toServer: { blackHole: true }, toClient: { blackHole: true } })

  test.each([
    ['cut', cut],
    ['frozen', freeze],
  ] as const)('%s: is database_unavailable within 2 s, and answers again after', async (_name, strike) => {
    expect(await ask()).toBe(0)
    await strike()
    const answers = await Promise.all(Array.from({ length: 5 }, () => timed(ask)))
    expect(answers).toEqual(Array.from({ length: 5 }, () => away))
    wire.reset()
    await wire.set({})
    await waitFor(async () => (await ask()) === 0, { deadlineMs: 5_000 })
  })

  test('one that falls silent within a transaction is database_unavailable within 2 s, and nothing is written later', async () => {
    const write = () =>
      db.asSystem(async (tx) => {
        await tx.workspace.create({
          data: { id: randomUUID(), slug: 'late', name: 'late' },
          select: { id: true },
        })
        await wire.set({ toClient: { stall: true } })
        await tx.workspace.count()
      })
    expect(await timed(write)).toEqual(away)
    await wire.set({})
    await answersAgain()
  })

  test('connections whose answers were lost are not used again, and hold no stop', async () => {
    const through = new URL(url)
    through.port = String(wire.port)
    const own = openDb({ pool: { connectionString: through.href }, embedded: false }, () => undefined)
    const askAll = () =>
      Promise.all(Array.from({ length: 10 }, () => timed(() => own.asSystem((tx) => tx.workspace.count()))))
    expect((await askAll()).map(({ code }) => code)).not.toContain('database_unavailable')
    await wire.set({ toClient: { blackHole: true } })
    expect(new Set((await askAll()).map(({ code }) => code))).toEqual(new Set(['database_unavailable']))
    await wire.set({})
    await waitFor(async () => (await askAll()).every(({ code }) => code === 'answered'), {
      deadlineMs: 5_000,
    })
    await wire.set({ toClient: { blackHole: true } })
    const lost = askAll()
    expect((await timed(() => own.close())).code).toBe('answered')
    await lost
  })

  test('a connection that is ended with its greeting is database_unavailable, and ends nothing else', async () => {
    const through = new URL(url)
    through.port = String(wire.port)
    through.searchParams.set('application_name', 'greeted')
    const own = openDb({ pool: { connectionString: through.href }, embedded: false }, () => undefined)
    const direct = openDb({ pool: { connectionString: url.href }, embedded: false }, () => undefined)
    await direct.asSystem((tx) => tx.workspace.count())
    await wire.set({ toClient: { stall: true } })
    const asked = timed(() => own.asSystem((tx) => tx.workspace.count()))
    const end = () =>
      direct.prisma.$executeRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'greeted' AND state = 'idle'`
    await waitFor(async () => (await end()) === 1)
    await wire.set({})
    expect(await asked).toEqual(away)
    expect((await timed(() => own.asSystem((tx) => tx.workspace.count()))).code).toBe('answered')
    await Promise.all([own.close(), direct.close()])
  })

  test('a database that is slow, but answers each statement, is not away', async () => {
    const slow = () =>
      db.asSystem(async (tx) => {
        for (let i = 0; i < 3; i += 1) await tx.$queryRaw`SELECT pg_sleep(0.9)::text`
      })
    expect(await timed(slow)).toEqual({ code: 'answered', soon: false })
  })

  test('an answer that is there when a busy process comes to read it counts as in time', async () => {
    const direct = openDb({ pool: { connectionString: url.href }, embedded: false }, () => undefined)
    const busy = () =>
      direct.asSystem(async (tx) => {
        const block = () => {
          const until = performance.now() + inTimeMs
          while (performance.now() < until);
        }
        block()
        setImmediate(block) // the question is on its way
        await tx.workspace.count()
      })
    expect(await timed(busy)).toEqual({ code: 'answered', soon: false })
    await direct.close()
  })

  test('work in the background may wait for longer, but not for ever', async () => {
    const slow = () => db.patient.asSystem((tx) => tx.$queryRaw`SELECT pg_sleep(2.6)::text`)
    expect(await timed(slow)).toEqual({ code: 'answered', soon: false })

    const lost = Array.from({ length: 10 }, () =>
      timed(() =>
        db.patient.asSystem(async (tx) => {
          await wire.set({ toClient: { blackHole: true } })
          await tx.workspace.count()
        }),
      ),
    )
    expect(new Set((await Promise.all(lost)).map(({ code }) => code))).not.toContain('answered')
    await wire.set({})
    await answersAgain()
  }, 30_000)
})

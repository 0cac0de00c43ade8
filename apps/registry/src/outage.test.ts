// A database that goes away and comes back, seen through a wire that the test holds in its hand.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { waitFor } from '@gatehouse/testkit'
import { createDatabase, dropDatabase } from '@gatehouse/testkit/databases'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Db, openDb } from './db.ts'

const template = inject('template')

/** A wire to a server that can be cut (refuses, breaks) or frozen (takes everything, answers nothing). */
async function wireTo(url: URL) {
  let state: 'whole' | 'cut' | 'frozen' = 'whole'
  const ends = new Set<Socket>()
  const server = createServer((near) => {
    ends.add(near)
    near.on('error', () => undefined)
    if (state === 'cut') return void near.destroy()
    const far = connect(Number(url.port), url.hostname)
    far.on('error', () => near.destroy())
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    near.on('data', (chunk) => void (state === 'whole' && far.write(chunk)))
    far.on('data', (chunk) => void (state === 'whole' && near.write(chunk)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port, // a TCP server that listens has one
    freeze: () => {
      state = 'frozen'
    },
    cut() {
      state = 'cut'
      for (const end of ends) end.destroy()
      ends.clear()
    },
    mend: () => {
      state = 'whole'
    },
    close() {
      this.cut()
      server.close()
    },
  }
}

describe.runIf('adminUrl' in template)('a database that is away', () => {
  let db: Db
  let url: URL
  let wire: Awaited<ReturnType<typeof wireTo>>
  beforeAll(async () => {
    if (!('adminUrl' in template)) expect.fail()
    url = new URL(await createDatabase(template.adminUrl, template.name))
    wire = await wireTo(url)
    const through = new URL(url)
    through.port = String(wire.port)
    db = openDb({ pool: { connectionString: through.href }, embedded: false }, () => undefined)
  })
  afterAll(async () => {
    await db.close()
    wire.close()
    if ('adminUrl' in template) await dropDatabase(template.adminUrl, url.href)
  })

  const ask = () => db.asSystem((tx) => tx.workspace.count())
  const timed = async (work: () => Promise<unknown>) => {
    const start = performance.now()
    const code = await work().then(
      () => 'answered',
      (error: { code?: string; message: string }) => error.code ?? error.message,
    )
    return { code, soon: performance.now() - start < 2_000 }
  }

  test.each(['cut', 'freeze'] as const)(
    '%s: is database_unavailable within 2 s, and answers again after',
    async (how) => {
      expect(await ask()).toBe(0)
      wire[how]()
      const answers = await Promise.all(Array.from({ length: 5 }, () => timed(ask)))
      expect(answers).toEqual(Array.from({ length: 5 }, () => ({ code: 'database_unavailable', soon: true })))
      wire.cut()
      wire.mend()
      await waitFor(async () => (await ask()) === 0, { deadlineMs: 5_000 })
    },
  )
})

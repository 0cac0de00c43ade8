// kill -9 of the registry in the middle of creates, again and again on one database, each time at another moment.

import type { App } from '@gatehouse/testkit'
import { createDatabase, type PostgresServer, startPostgres } from '@gatehouse/testkit/databases'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { alone } from '../src/alone.ts'
import { killRound } from '../src/kill-round.ts'
import { ownerKey } from '../src/owner-key.ts'
import { dataFolder } from '../src/product.ts'
import { rounds } from './rounds.ts'

type Apps = Awaited<ReturnType<typeof alone>>

const data = dataFolder()
afterAll(() => data.remove())
let postgres: PostgresServer
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.stop())

describe.each([
  {
    name: 'the embedded database',
    setUp: async () => ({
      apps: await alone({ embedded: data.folder }),
      keyOf: async ({ ready }: App) => String(ready.api_key),
    }),
  },
  {
    name: 'PostgreSQL',
    setUp: async () => {
      const apps = await alone({ postgresql: await createDatabase(postgres.adminUrl) })
      let key: Promise<string> | undefined
      return { apps, keyOf: () => (key ??= ownerKey(apps)) }
    },
  },
])('on $name', ({ setUp }) => {
  let apps: Apps
  let keyOf: (registry: App) => Promise<string>
  beforeAll(async () => ({ apps, keyOf } = await setUp()))
  const acknowledged = new Set<string>()

  test.each(rounds)(
    'round %i: every acknowledged create survives and none is half there',
    async (round) => {
      const killAfter = 1 + ((round * 37) % 150)
      await killRound({ ...apps, keyOf, prefix: `round-${round}`, killAfter, acknowledged })
    },
    120_000,
  )
})

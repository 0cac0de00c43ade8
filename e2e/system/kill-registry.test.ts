// kill -9 of the registry in the middle of 200 creates. More rounds, on both databases: e2e/long.

import { afterAll, test } from 'vitest'
import { alone } from '../src/alone.ts'
import { killRound } from '../src/kill-round.ts'
import { dataFolder } from '../src/product.ts'

const data = dataFolder()
afterAll(() => data.remove())

test('every acknowledged create survives and none is half there', async () => {
  const apps = await alone({ embedded: data.folder })
  const keyOf = async ({ ready }: { ready: { api_key?: unknown } }) => String(ready.api_key)
  await killRound({ ...apps, keyOf, prefix: 'server', killAfter: 60, acknowledged: new Set() })
}, 90_000)

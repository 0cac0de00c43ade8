// A rolling restart loses no call. With 500 calls per second and 200 streams: e2e/long.

import { test } from 'vitest'
import { rollingRestart } from '../src/rolling-restart.ts'

test('two gateways restarted one after the other under calls and open streams lose nothing', async () => {
  await rollingRestart({ callers: 8, pauseMs: 50, streams: 20 })
}, 90_000)

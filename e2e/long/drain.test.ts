// A rolling restart at 500 calls per second with 200 open streams, again and again.

import { expect, test } from 'vitest'
import { rollingRestart } from '../src/rolling-restart.ts'
import { rounds } from './rounds.ts'

test.each(rounds)(
  'round %i: two gateways restarted one after the other lose no call and break no stream',
  async () => {
    const figures = await rollingRestart({ callers: 64, pauseMs: 100, streams: 200 })
    console.log(figures)
    expect(figures.perSecond).toBeGreaterThan(400)
  },
  180_000,
)

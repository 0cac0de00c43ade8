// A cursor is the caller's to send, so it may be anything.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { client } from './testing/client.ts'
import { startTestRegistry, type TestRegistry } from './testing/registry.ts'

const id = '01900000-0000-7000-8000-000000000001'
const odd = ['\0', '\ud800', 'x', '', '9'.repeat(300), 'infinity', -1, 0, 3, 0.5, 8.64e15, -8.64e15, null, {}]
const shapes = odd.flatMap((one) => [[one, id], [0, one, id], [one], one])
const cursors = [
  ...shapes.map((shape) => Buffer.from(JSON.stringify(shape)).toString('base64url')),
  id,
  '1',
  '%',
]

let registry: TestRegistry
beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())

test.each(['/v1/servers?', '/v1/servers?sort=newest&', '/v1/tools?', '/v1/calls?', '/v1/audit?'])(
  'no cursor makes %s fail by anything but a refusal',
  async (list) => {
    const ask = client(registry.url, (await (await registry.workspace('A')).key()).key)
    const statuses = new Set<number>()
    for (const cursor of cursors) {
      const { status } = await ask('GET', `${list}cursor=${encodeURIComponent(cursor)}`)
      statuses.add(status)
    }
    expect([...statuses].sort()).toEqual([200, 400])
  },
)

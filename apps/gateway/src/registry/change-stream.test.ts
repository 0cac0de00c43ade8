// The lease of a gateway over its life, as the registry sees it.

import { waitFor } from '@gatehouse/testkit'
import { expect, onTestFinished, test } from 'vitest'
import { startGateway } from '../testing/gateway.ts'
import { startInternalListener } from '../testing/internal-listener.ts'

test('a gateway that stops returns its lease, once, and is ready no more', async () => {
  const registry = await startInternalListener()
  const [one, other] = [await startGateway({}, registry), await startGateway({}, registry)]
  await one.close()
  expect(registry.returned).toEqual([one.deps.peers.self])
  expect([one.deps.lease.holds(), other.deps.lease.holds()]).toEqual([false, true])
  await other.close()
  await registry.close()
})

test('a gateway whose lease the registry counts as over connects again, and uses nothing that it knew', async () => {
  const gateway = await startGateway()
  onTestFinished(() => gateway.close())
  const { registry } = gateway
  const known = registry.addKey()
  const ask = async () =>
    (await fetch(`${gateway.url}/mcp/none`, { headers: { 'x-api-key': known.key } })).status
  expect(await ask()).toBe(404)
  registry.endLeases(() => registry.removeKey(known))
  expect(await ask()).toBe(404)
  // It hears of something else, and acknowledges it.
  registry.addServer({ slug: 'one', url: 'https://one.example/mcp' }, '01900000-0000-7000-8000-000000000002')
  await waitFor(async () => (await ask()) === 401)
})

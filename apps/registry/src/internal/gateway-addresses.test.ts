// Who of the gateways is there, and where the others reach it.

import { randomUUID } from 'node:crypto'
import { peersAnswer } from '@gatehouse/registry-api/internal'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startTestRegistry, type TestRegistry } from '../testing/registry.ts'
import { openStream, type TestStream } from '../testing/stream.ts'

let registry: TestRegistry
const streams: TestStream[] = []
beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())
afterEach(() => Promise.all(streams.splice(0).map((stream) => stream.close())))

const headers = () => ({ Authorization: `Bearer ${registry.gatewayToken}` })

async function connect(gatewayId: string, address?: string): Promise<TestStream> {
  const at = address === undefined ? '' : `&address=${encodeURIComponent(address)}`
  const url = `${registry.internalUrl}/internal/changes?gateway_id=${gatewayId}${at}`
  const stream = await openStream(url, headers())
  streams.push(stream)
  if (stream.status === 200) await stream.next()
  return stream
}

async function peers() {
  const response = await fetch(`${registry.internalUrl}/internal/peers`, { headers: headers() })
  expect(response.status).toBe(200)
  return peersAnswer.parse(await response.json())
}

const address = 'http://10.0.0.7:7400'

test('a gateway is a peer for as long as its stream is open, if it told an address', async () => {
  const [one, two] = [randomUUID(), randomUUID()]
  const stream = await connect(one, address)
  await connect(two)
  expect(await peers()).toEqual([{ gateway_id: one, address }])
  await stream.close()
  await expect.poll(peers).toEqual([])
})

test("the end of an old stream doesn't take away the address that came with a new one", async () => {
  const id = randomUUID()
  const old = await connect(id, address)
  await connect(id, 'http://10.0.0.8:7400')
  await old.close()
  // A third gateway's stream that ends after it: then the end of the old one has been dealt with.
  const other = await connect(randomUUID(), address)
  await other.close()
  await expect.poll(peers).toEqual([{ gateway_id: id, address: 'http://10.0.0.8:7400' }])
})

test('an address that nobody has refreshed for a minute, as after a killed registry, is none', async () => {
  const id = randomUUID()
  await connect(id, address)
  expect(await peers()).toHaveLength(1)
  await registry.deps.db.asSystem(
    (tx) => tx.$executeRaw`UPDATE gateway_address SET seen_at = now() - interval '61 seconds'`,
  )
  expect(await peers()).toEqual([])
})

test('what is no address is refused', async () => {
  expect((await connect(randomUUID(), 'nowhere')).status).toBe(400)
  expect((await fetch(`${registry.internalUrl}/internal/peers`)).status).toBe(401)
})

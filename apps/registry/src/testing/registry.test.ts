// The harness itself, and the parts of every request that no folder owns.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestRegistry, type TestRegistry } from './registry.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())

test('health, readiness, version and metrics answer on any Host', async () => {
  for (const path of ['/health', '/ready', '/version', '/metrics']) {
    const response = await fetch(registry.url + path)
    expect([path, response.status]).toEqual([path, 200])
  }
  const metrics = await (await fetch(`${registry.url}/metrics`)).text()
  expect(metrics).toContain('gatehouse_registry_database_up 1')
})

test('a key of a workspace opens its own list', async () => {
  const workspace = await registry.workspace('A')
  const { key } = await workspace.key()
  const response = await fetch(`${registry.url}/v1/api-keys`, { headers: { 'X-Api-Key': key } })
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('a test key')])
})

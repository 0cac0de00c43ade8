// Passwords are tried from an address, and whoever sends the request may not choose it. Behind a trusted proxy, in a real
// process: process.test.ts.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { testBrowser } from '../testing/browser.ts'
import { startTestRegistry, type TestRegistry } from '../testing/registry.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await startTestRegistry({ env: { GATEHOUSE_TRUSTED_PROXIES: '192.0.2.0/24' } })
})
afterAll(() => registry.stop())

test('an address that an untrusted sender names does not count', async () => {
  const wrong = { email: 'ada@example.test', password: 'x'.repeat(12) }
  const seen: number[] = []
  for (let attempt = 0; attempt < 21; attempt += 1) {
    const named = {
      'X-Forwarded-For': `198.51.100.${attempt}`,
      'X-Gatehouse-Client-Address': `10.0.0.${attempt}`,
    }
    const response = await testBrowser(registry).post('/api/auth/sign-in/email', wrong, named)
    seen.push(response.status)
  }
  expect([seen.slice(0, 20).every((status) => status === 401), seen[20]]).toEqual([true, 429])
})

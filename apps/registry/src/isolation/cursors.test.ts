// A cursor is a place in one's own list: with that of another workspace nobody gets anywhere but there.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, client } from '../testing/client.ts'
import { startTestRegistry, type TestRegistry } from '../testing/registry.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())

/** A workspace with three keys, of which each leaves an event and a place in the lists. */
async function filled(name: string) {
  const workspace = await registry.workspace(name)
  const ask = client(registry.url, (await workspace.key()).key)
  for (let i = 0; i < 3; i += 1)
    await ask('POST', '/v1/api-keys', { body: { name: `${name}-${i}`, kind: 'service' } })
  return ask
}

const rows = ({ body }: Answer) => body.data as readonly { id: string }[]

test.each(['/v1/api-keys', '/v1/audit'])('%s with the cursor of another workspace', async (path) => {
  const [mine, theirs] = [await filled('mine'), await filled('theirs')]
  const own = new Set(rows(await mine('GET', path)).map(({ id }) => id))
  const foreign = rows(await theirs('GET', path)).map(({ id }) => id)
  const { body } = await theirs('GET', `${path}?limit=1`)
  expect(body.next_cursor).toEqual(expect.any(String))
  const answer = await mine('GET', `${path}?cursor=${encodeURIComponent(String(body.next_cursor))}`)
  expect(answer.status).toBe(200)
  for (const { id } of rows(answer)) expect(own.has(id)).toBe(true)
  for (const id of foreign) expect(answer.text).not.toContain(id)
})

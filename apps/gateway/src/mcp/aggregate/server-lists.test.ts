import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import { expect, test, vi } from 'vitest'
import type { Bearer } from '../session-token.ts'
import { createServerLists } from './server-lists.ts'

test('however many tools of a server can not be offered, the log has one line about them', async () => {
  const properties = { a: { type: 'number', 'x-mcp-header': 'A' } }
  const entries = Array.from({ length: 1_000 }, (_, i) =>
    JSON.stringify({ name: `t${i}`, inputSchema: { type: 'object', properties } }),
  )
  const warn = vi.fn()
  const lists = createServerLists({
    fetchList: async () => ({ entries, ttlMs: 0 }),
    log: { warn } as unknown as Logger, // all of it that is used here
    metrics: new Registry(),
    timeoutMs: 1_000,
  })
  const bearer = {
    caller: { workspace_id: 'w', key_id: 'k' },
    server: { id: 's', slug: 's', url: 'https://example.com/', disabled_tools: [] as string[] },
  } as Bearer // all of it that is used here
  expect((await lists.get('tools/list', bearer)).offer.entries).toEqual([])
  expect(warn).toHaveBeenCalledOnce()
  expect(warn.mock.calls[0]?.[0]).toMatchObject({ server_id: 's', count: 1_000 })
})

// Two hundred clients at once, all with the same ids, in both eras, straight and over the bridges, some of them leaving early:
// every answer reaches its asker, whichever gateway each request went to.

import { type SdkUpstream, startSdkUpstream } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modernHeaders, modernMeta, post, type Stack, startStack } from '../src/stack.ts'

interface Way {
  readonly era: 'legacy' | 'modern'
  readonly address: string
  readonly tool: string
}

let stack: Stack
let upstreams: SdkUpstream[]
let ways: Way[]

beforeAll(async () => {
  stack = await startStack({}, 2)
  upstreams = await Promise.all([
    startSdkUpstream({ eras: 'both', sessions: true }),
    startSdkUpstream({ eras: 'legacy', sessions: true }),
    startSdkUpstream({ eras: 'modern' }),
  ])
  ways = []
  for (const upstream of upstreams) {
    const { slug, address } = await stack.register(upstream.url)
    for (const era of ['legacy', 'modern'] as const) {
      ways.push({ era, address, tool: 'echo-later' })
      ways.push({ era, address: `${stack.gatewayUrl}/mcp/`, tool: `${slug}__echo-later` })
    }
  }
}, 120_000)
afterAll(async () => {
  await Promise.all(upstreams?.map((upstream) => upstream.close()) ?? [])
  await stack?.stop()
})

test('every answer reaches its asker', async () => {
  const random = seeded(20_261_121)
  const clients = Array.from({ length: 200 }, (_, i) => {
    const way = ways[i % ways.length] as Way // the remainder is an index
    const delayMs = Math.floor(random() * 400)
    const leaveAfterMs = random() < 0.2 ? Math.floor(random() * 300) : undefined
    return { text: `client ${i}`, way, delayMs, leaveAfterMs }
  })
  const answers = await Promise.all(
    clients.map(async ({ text, way, delayMs, leaveAfterMs }) => {
      const leave = leaveAfterMs === undefined ? undefined : AbortSignal.timeout(leaveAfterMs)
      try {
        return await callOnce(way, text, delayMs, leave)
      } catch (error) {
        if (leave?.aborted) return 'left'
        throw error
      }
    }),
  )
  const wrong = answers
    .map((answer, i) => ({ answer, wanted: clients[i]?.text, way: clients[i]?.way }))
    .filter(({ answer, wanted }) => answer !== wanted && answer !== 'left')
  expect(wrong).toEqual([])
  expect(answers.filter((answer) => answer === 'left').length).toBeLessThan(60)
}, 60_000)

async function callOnce({ era, address, tool }: Way, text: string, delayMs: number, leave?: AbortSignal) {
  const session = era === 'legacy' ? await greet(address) : undefined
  const params = {
    name: tool,
    arguments: { text, delayMs },
    _meta: { progressToken: 'same', ...(era === 'modern' ? modernMeta : {}) },
  }
  const response = await post(
    address,
    stack.key,
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
    era === 'modern' ? modernHeaders('tools/call', tool) : { ...session },
    leave ?? null,
  )
  const body = await response.text()
  const messages = body.startsWith('{') ? [body] : body.match(/(?<=^data: ).+$/gm)
  const last = JSON.parse(messages?.at(-1) ?? 'null') as {
    id?: unknown
    result?: { content?: { text?: string }[] }
  } | null
  expect(last?.id).toBe(1)
  return last?.result?.content?.[0]?.text ?? `${response.status} ${body}`
}

async function greet(address: string): Promise<Record<string, string>> {
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'one of many', version: '1' },
  }
  const response = await post(address, stack.key, { jsonrpc: '2.0', id: 1, method: 'initialize', params })
  await response.text()
  const session = response.headers.get('mcp-session-id')
  const headers = {
    'mcp-protocol-version': '2025-11-25',
    ...(session === null ? {} : { 'mcp-session-id': session }),
  }
  await post(address, stack.key, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers)
  return headers
}

/** The same numbers on every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

// A client that leaves, at each stage of its request and on every path: its place at the server is free again.

import { type Script, scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { modernHeaders, modernMeta } from '../testing/aggregate.ts'
import { startGateway, type TestGateway } from '../testing/gateway.ts'
import { openRaw } from '../testing/raw.ts'

let gateway: TestGateway
beforeAll(async () => {
  // A client of the older revisions that leaves cancels nothing: a bridged call keeps its time.
  gateway = await startGateway({ GATEHOUSE_CALL_TIMEOUT_MS: '500' })
})
afterAll(() => gateway.close())

type Era = 'legacy' | 'modern'
interface Way {
  readonly path: 'its own' | 'all'
  readonly client: Era
  readonly server: Era
}
const eras: readonly Era[] = ['legacy', 'modern']
const ways: readonly Way[] = (['its own', 'all'] as const).flatMap((path) =>
  eras.flatMap((client) => eras.map((server): Way => ({ path, client, server }))),
)

/** Where the client stops. `within the answer`: it has seen the first event of a stream. */
const stages = [
  'at once',
  'within the head',
  'after the head',
  'within the body',
  'while it waits',
  'within the answer',
]

let count = 0
test.each(ways)(
  'a $client client at a $server server, by the address of $path',
  async ({ path, client, server }) => {
    const tools = [{ name: 't', inputSchema: { type: 'object' } }]
    const usual = server === 'modern' ? scripts.modernServer({ tools }) : scripts.legacyServer({ tools })
    const progress = {
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 1, progress: 1 },
    }
    let onCall: Script = usual
    let calls = 0
    const isCall = (message: unknown) => (message as { method?: string } | undefined)?.method === 'tools/call'
    const upstream = await startRecordingUpstream((request, response) => {
      if (!isCall(request.json())) return usual(request, response)
      calls += 1
      return onCall(request, response)
    })
    onTestFinished(() => upstream.close())
    count += 1
    const workspaceId = `01900000-0000-7000-8000-${String(count + 500).padStart(12, '0')}`
    // With one place only: whoever keeps it keeps everybody else away.
    gateway.registry.addServer({ slug: 's', url: upstream.url, era: server, maxConcurrent: 1 }, workspaceId)
    const { key } = gateway.registry.addKey({ workspaceId })

    const name = path === 'all' ? 's__t' : 't'
    const params = {
      name,
      arguments: {},
      _meta: { progressToken: 1, ...(client === 'modern' ? modernMeta() : {}) },
    }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    const target = path === 'all' ? '/mcp/' : '/mcp/s'
    const headers = {
      'x-api-key': key,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(client === 'modern' ? modernHeaders('tools/call', params) : {}),
    }
    const head = [
      `POST ${target} HTTP/1.1`,
      `host: ${new URL(gateway.url).host}`,
      ...Object.entries(headers).map(([header, value]) => `${header}: ${value}`),
      `content-length: ${body.length}`,
      '\r\n',
    ].join('\r\n')
    const call = () =>
      fetch(gateway.url + target, { method: 'POST', headers, body, signal: AbortSignal.timeout(5_000) })

    expect((await call()).status).toBe(200)
    for (const stage of stages) {
      const cut = {
        'at once': 0,
        'within the head': 30,
        'after the head': head.length,
        'within the body': head.length + 9,
      }
      const sent = (head + body).slice(0, cut[stage as keyof typeof cut] ?? head.length + body.length)
      onCall =
        stage === 'within the answer'
          ? scripts.sse([scripts.event(progress), new Promise(() => {})])
          : scripts.never
      const before = calls
      const { socket, write } = await openRaw(gateway.url)
      write(sent)
      if (sent.length === head.length + body.length) await waitFor(() => calls > before)
      socket.destroy()
      onCall = usual
      // The place is free again, whatever the server does with what it was sent.
      await waitFor(async () => (await call()).status === 200, {
        deadlineMs: 5_000,
        what: `served after one left ${stage}`,
      })
    }
  },
)

// A legacy client whose every byte a test can see, and a modern server that says what a test wants.

import type { ServerResponse } from 'node:http'
import {
  type Recorded,
  type RecordingUpstream,
  type Script,
  scripts,
  startRecordingUpstream,
} from '@gatehouse/testkit'
import { createParser } from 'eventsource-parser'
import { onTestFinished } from 'vitest'
import type { TestGateway } from '../../../testing/gateway.ts'
import type { TestKey } from '../../../testing/internal-listener.ts'

export interface Sent {
  readonly id?: string | number
  readonly method: string
  readonly params?: Record<string, unknown> & { readonly name?: string }
}

/** Answers what server/discover does not; gets the message as it came. */
export type Says = (message: Sent, request: Recorded, response: ServerResponse) => void

const noTools = '{"resultType":"complete","ttlMs":60000,"cacheScope":"private","tools":[]}'

/** Asked by the gateway for itself. */
const isOurs = (request: Recorded) => request.body.includes('"name":"gatehouse"')

/** A server that knows the modern era only. */
export const modernScript =
  (says: Says, capabilities: object = { tools: {} }, tools = () => noTools): Script =>
  (request, response) => {
    const message = request.json() as Sent
    if (request.header('mcp-protocol-version')[0] !== '2026-07-28') {
      const error = {
        code: -32022,
        message: 'Unsupported protocol version',
        data: { supported: ['2026-07-28'] },
      }
      return scripts.json({ jsonrpc: '2.0', id: message?.id, error }, { status: 400 })(request, response)
    }
    if (isOurs(request) && message.method === 'tools/list') return respond(response, message, tools())
    if (message.method !== 'server/discover') return says(message, request, response)
    const result = { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities }
    return scripts.json({ jsonrpc: '2.0', id: message.id, result })(request, response)
  }

/** One JSON answer with this result, as text. */
export const respond = (
  response: ServerResponse,
  { id }: Sent,
  result: string,
  member: 'result' | 'error' = 'result',
  status = 200,
): void => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"${member}":${result}}`)
}

export interface RawClient {
  readonly url: string
  readonly upstream: RecordingUpstream
  readonly headers: Readonly<Record<string, string>>
  /** Only what is no part of a handshake. */
  sent(): Recorded[]
  post(body: string, headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>
  /** The outcome of a request with id 1. */
  ask(
    method: string,
    params?: object,
  ): Promise<{ result?: Record<string, unknown>; error?: Record<string, unknown> }>
}

export const everything = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} }

/** Of a server of its own. */
export interface FirstClient extends RawClient {
  readonly key: TestKey
  readonly serverId: string
  /** The result of tools/list as the gateway itself gets it from now on. */
  lists(result: string): void
}

let count = 0

/** Registers the server and shakes hands. */
export async function startRawClient(
  gateway: TestGateway,
  says: Says,
  {
    capabilities = everything as object,
    server = {} as Partial<Parameters<TestGateway['registry']['addServer']>[0]>,
    offers = undefined as object | undefined,
  } = {},
): Promise<FirstClient> {
  let tools = noTools
  const upstream = await startRecordingUpstream(modernScript(says, offers, () => tools))
  onTestFinished(() => upstream.close())
  const slug = `m${++count}`
  const serverId = gateway.registry.addServer({ slug, url: upstream.url, ...server })
  const key = gateway.registry.addKey()
  const url = `${gateway.url}/mcp/${slug}`
  const client = await joinAs(url, upstream, key.key, capabilities)
  const lists = (result: string) => {
    tools = result
  }
  return { ...client, lists, key, serverId }
}

/** Another client of the same server. */
export async function joinAs(
  url: string,
  upstream: RecordingUpstream,
  key: string,
  capabilities: object = everything,
): Promise<RawClient> {
  const own = {
    'x-api-key': key,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const hello = JSON.stringify({
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'raw', version: '1' } },
  })
  const greeted = await fetch(url, { method: 'POST', headers: own, body: hello })
  const session = greeted.headers.get('mcp-session-id') ?? ''
  await greeted.text()
  const headers = { ...own, 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }
  const post: RawClient['post'] = (body, more = {}, signal) =>
    fetch(url, { method: 'POST', headers: { ...headers, ...more }, body, signal: signal ?? null })
  return {
    url,
    upstream,
    headers,
    sent: () =>
      upstream.requests.filter((request) => {
        const { method } = request.json() as Sent
        return method !== 'initialize' && method !== 'server/discover' && !isOurs(request)
      }),
    post,
    async ask(method, params = {}) {
      const answer = await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
      return (await answer.json()) as Awaited<ReturnType<RawClient['ask']>> // JSON-RPC, or the test fails
    },
  }
}

/** The messages of a stream, as they come. */
export async function* eventsOf(response: Response): AsyncGenerator<Record<string, unknown>> {
  let ready: string[] = []
  const parser = createParser({ onEvent: ({ data }) => void ready.push(data) })
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    parser.feed(chunk)
    const now = ready
    ready = []
    for (const data of now) yield JSON.parse(data) as Record<string, unknown>
  }
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

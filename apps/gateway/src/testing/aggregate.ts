// The aggregate endpoint of a gateway in this process, for its tests: servers that come and go, plain requests, real clients.

import { type RecordingUpstream, type Script, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import {
  Client as ModernClient,
  type ClientOptions as ModernOptions,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { onTestFinished } from 'vitest'
import { startGateway, type TestGateway } from './gateway.ts'
import type { TestKey } from './internal-listener.ts'

export interface RpcAnswer {
  readonly status: number
  readonly text: string
  readonly result?: Record<string, unknown>
  readonly error?: { code: number; message: string; data?: Record<string, unknown> }
}

export interface Aggregate {
  readonly gateway: TestGateway
  readonly key: TestKey
  /** Until the test ends. Resolves when the gateway knows. @returns the server's id */
  add(slug: string, url: string, more?: object): Promise<string>
  /** Everything is sent to these in turn from now on. */
  alternate(gateways: readonly TestGateway[]): void
  /** Before the test ends. Resolves when the gateway knows. */
  remove(id: string): Promise<void>
  recording(script: Script): Promise<RecordingUpstream>
  post(body: unknown, headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>
  legacy(method: string, params?: unknown): Promise<RpcAnswer>
  modern(
    method: string,
    params?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<RpcAnswer>
  legacyClient(): Promise<LegacyClient>
  modernClient(options?: ModernOptions): Promise<ModernClient>
}

export const modernMeta = (capabilities: object = {}) => ({
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': capabilities,
})

/** Headers of a modern request. */
export function modernHeaders(method: string, params: Record<string, unknown>): Record<string, string> {
  const named = params.name ?? params.uri
  return {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(typeof named === 'string' && { 'mcp-name': named }),
  }
}

/** @param env settings of the gateway @param userId of the person whose key it is; a service's without */
export async function startAggregate(
  env: NodeJS.ProcessEnv = {},
  userId?: string,
): Promise<Aggregate & { close(): Promise<void> }> {
  const gateway = await startGateway({ GATEHOUSE_LIST_TIMEOUT_MS: '800', ...env })
  const { registry } = gateway
  const key = registry.addKey(userId === undefined ? {} : { userId })
  const auth = { 'x-api-key': key.key }
  const url = new URL(`${gateway.url}/mcp/`)
  let origins = [gateway.url]
  let sent = 0
  /** As a load balancer that sends each request elsewhere than the last. */
  const send: typeof fetch = (_, init) => {
    sent += 1
    return fetch(`${origins[sent % origins.length]}/mcp/`, init)
  }

  let closed = false
  const remove = async (id: string) => {
    if (closed) return
    const revision = registry.removeServer(id)
    await waitFor(() => registry.acknowledged() >= revision)
  }
  const post = (body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) =>
    send(url, {
      method: 'POST',
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        ...auth,
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(signal && { signal }),
    })

  return {
    gateway,
    key,
    remove,
    post,
    alternate(gateways) {
      origins = gateways.map((one) => one.url)
    },
    async add(slug, serverUrl, more = {}) {
      const id = registry.addServer({ slug, url: serverUrl, ...more })
      onTestFinished(() => remove(id))
      const probe = registry.addServer({ slug: 'probe', url: 'https://probe.example/mcp' })
      await remove(probe)
      return id
    },
    async recording(script) {
      const upstream = await startRecordingUpstream(script)
      onTestFinished(() => upstream.close())
      return upstream
    },
    legacy: async (method, params) =>
      read(await post({ jsonrpc: '2.0', id: 1, method, ...(params ? { params } : {}) })),
    modern: async (method, params = {}, headers = {}) =>
      read(
        await post(
          { jsonrpc: '2.0', id: 1, method, params: { _meta: modernMeta(), ...params } },
          { ...modernHeaders(method, params), ...headers },
        ),
      ),
    async legacyClient() {
      const client = new LegacyClient({ name: 'v1', version: '1' })
      const transport = new LegacyTransport(url, { requestInit: { headers: auth }, fetch: send })
      await client.connect(transport as Parameters<LegacyClient['connect']>[0]) // v1's own types differ under exactOptionalPropertyTypes
      onTestFinished(() => client.close())
      return client
    },
    async modernClient(options = {}) {
      const info = { name: 'v2', version: '1' }
      const client = new ModernClient(info, { versionNegotiation: { mode: 'auto' }, ...options })
      await client.connect(new ModernTransport(url, { requestInit: { headers: auth }, fetch: send }))
      onTestFinished(() => client.close())
      return client
    },
    close() {
      closed = true
      return gateway.close()
    },
  }
}

/** One JSON body, or the last event of a stream. */
async function read(response: Response): Promise<RpcAnswer> {
  const body = await response.text()
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
  const text = isStream ? (body.trimEnd().split('data: ').at(-1) ?? '') : body
  return { status: response.status, text, ...(JSON.parse(text) as object) }
}

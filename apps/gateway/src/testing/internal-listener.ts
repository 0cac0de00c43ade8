// What a gateway needs of a registry, over real HTTP and checked against the contract: keys, servers, credentials, changes. Tests
// write into it as people would by the console.

import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CallReport } from '@gatehouse/registry-api'
import * as contract from '@gatehouse/registry-api/internal'
import { digestKey, makeKey } from '@gatehouse/registry-api/key-format'
import { type Connections, createConnections } from './connections.ts'
import { sharedNotes } from './shared-notes.ts'
import { sharedSessions } from './shared-sessions.ts'

type Permission = contract.ResolvedCaller['permissions'][number]

export interface TestServer {
  readonly slug: string
  readonly url: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly era?: 'auto' | 'legacy' | 'modern'
  readonly callTimeoutMs?: number
  readonly maxConcurrent?: number
  readonly disabledTools?: readonly string[]
  readonly captureUntilMs?: number
  /** Who calls it needs an account there. */
  readonly oauth?: boolean
}

export interface TestKey {
  /** To send. */
  readonly key: string
  readonly id: string
  /** Null for a service's. */
  readonly userId: string | null
}

export interface InternalListener {
  readonly url: string
  readonly records: CallReport[]
  readonly captured: contract.CapturedCall[]
  /** Sessions that gateways have reported as ended. */
  readonly ended: string[]
  /** Gateways that have returned their leases. */
  readonly returned: readonly string[]
  /** Highest revision that was acknowledged, by this gateway or by any. */
  acknowledged(gatewayId?: string): number
  addKey(options?: {
    workspaceId?: string
    permissions?: readonly Permission[]
    servers?: readonly string[]
    rateLimit?: number
    /** A person's. */
    userId?: string
    /** In Unix ms. */
    expiresAtMs?: number
  }): TestKey
  /** Accounts at servers that want them. */
  readonly connections: Connections
  removeKey(key: TestKey): number
  /** Into this workspace, or the first one. @returns the server's id */
  addServer(server: TestServer, workspaceId?: string): string
  /** @returns the revision of the change */
  changeServer(id: string, change: Partial<TestServer>): number
  removeServer(id: string): number
  /** Counts all leases as over until their gateways connect again; what happens meanwhile nobody is told. */
  endLeases(meanwhile: () => void): void
  /** Breaks the change streams, and refuses everything until told otherwise. */
  fail(down: boolean): void
  close(): Promise<void>
}

interface StoredServer extends TestServer {
  readonly id: string
  readonly workspaceId: string
  readonly generation: string
}

/** With the servers that it may use; undefined is all. */
type StoredKey = contract.ResolvedCaller & { readonly servers: readonly string[] | undefined }

const unavailable = { status: 503, body: { code: 'upstream_auth_unavailable' } }

const leaseMs = 60_000

export const firstWorkspace = '01900000-0000-7000-8000-000000000001'

export async function startInternalListener(): Promise<InternalListener> {
  const keys = new Map<string, StoredKey>()
  const servers = new Map<string, StoredServer>()
  const streams = new Set<ServerResponse>()
  const peers = new Map<ServerResponse, contract.Peer>()
  const records: CallReport[] = []
  const captured: contract.CapturedCall[] = []
  const ended: string[] = []
  let revision = 1
  const acknowledged = new Map<string, number>()
  const returned: string[] = []
  let down = false
  let over = false
  const sealingKey = {
    id: randomUUID(),
    key: randomBytes(32).toString('base64'),
    not_before_ms: 0,
    expires_at_ms: Date.now() + 30 * 24 * 3_600_000,
  }

  const change = (
    subject: contract.ChangeEvent['subject'],
    subject_id: string,
    workspace_id: string,
    more: Partial<contract.ChangeEvent> = {},
  ) => {
    revision += 1
    const data = contract.changeEvent.parse({ revision, workspace_id, subject, subject_id, ...more })
    for (const stream of streams) stream.write(`event: change\ndata: ${JSON.stringify(data)}\n\n`)
    return revision
  }

  const visible = (caller: StoredKey) =>
    [...servers.values()]
      .filter((one) => one.workspaceId === caller.workspace_id && (caller.servers?.includes(one.id) ?? true))
      .sort((a, b) => (a.slug < b.slug ? -1 : 1))

  const connections = createConnections((ownerId) => change('connection', ownerId, firstWorkspace))

  const answers: Record<string, (body: unknown) => { status?: number; body?: unknown }> = {
    '/internal/resolve': (body) => {
      const { key_digest, slug } = contract.resolveRequest.parse(body)
      const caller = keys.get(key_digest)
      const found = caller ? visible(caller).filter((one) => slug === null || one.slug === slug) : []
      return {
        body: contract.resolveAnswer.parse({
          revision,
          caller: caller ?? null,
          servers: found.map(toResolved),
        }),
      }
    },
    '/internal/credentials': (body) => {
      const { key_id, server_id } = contract.credentialsRequest.parse(body)
      const caller = [...keys.values()].find((one) => one.key_id === key_id)
      const server = caller && visible(caller).find((one) => one.id === server_id)
      if (!server) return { status: 404, body: { code: 'mcp_server_not_found' } }
      const { generation, headers = [], oauth = false } = server
      if (oauth && connections.unavailable) return unavailable
      const stored = { generation, headers, connection: null, required: null }
      const credential = oauth ? connections.credential({ caller, server }) : stored
      return { body: contract.credentialsAnswer.parse({ revision, ...credential }) }
    },
    '/internal/credentials/refused': (body) => {
      const { key_id, server_id, token_id, version } = contract.refusedRequest.parse(body)
      const caller = [...keys.values()].find((one) => one.key_id === key_id)
      const server = caller && visible(caller).find((one) => one.id === server_id)
      if (!server) return { status: 404, body: { code: 'mcp_server_not_found' } }
      if (connections.unavailable) return unavailable
      const credential = connections.credential({ caller, server }, { token_id, version })
      return { body: contract.credentialsAnswer.parse({ revision, ...credential }) }
    },
    '/internal/call-records': (body) => {
      records.push(...contract.callRecordsRequest.parse(body).records)
      return { status: 202 }
    },
    '/internal/captured-calls': (body) => {
      captured.push(...contract.capturedCallsRequest.parse(body).calls)
      return { status: 202 }
    },
    '/internal/ended-sessions': (body) => {
      const { digest, expires_at_ms, workspace_id = firstWorkspace } = contract.endSessionRequest.parse(body)
      ended.push(digest)
      change('session', digest, workspace_id, { expires_at_ms })
      return { status: 204 }
    },
    ...sharedNotes({
      revision: () => revision,
      changed: (digest, workspaceId) => void change('session-notes', digest, workspaceId),
    }),
    ...sharedSessions({ revision: () => revision, server: (id) => servers.get(id) }),
    '/internal/peers': () => ({ body: contract.peersAnswer.parse([...peers.values()]) }),
    '/internal/lease/renew': (body) => {
      const told = contract.renewRequest.parse(body)
      acknowledged.set(told.gateway_id, Math.max(acknowledged.get(told.gateway_id) ?? 0, told.revision))
      return { body: contract.renewAnswer.parse({ lease_ms: over ? null : leaseMs, gateways: 1 }) }
    },
    '/internal/lease/return': (body) => {
      returned.push(contract.returnRequest.parse(body).gateway_id)
      return { status: 204 }
    },
  }

  const server = createServer(async (request, response) => {
    const { pathname: path, searchParams } = new URL(request.url ?? '', 'http://internal')
    if (down) return void response.writeHead(503).end()
    if (path === '/internal/changes') {
      over = false
      const hello = contract.helloEvent.parse({
        revision,
        lease_ms: leaseMs,
        installation_mark: 'test',
        sealing_keys: [sealingKey],
        ended_sessions: [],
      })
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`event: hello\ndata: ${JSON.stringify(hello)}\n\n`)
      streams.add(response)
      const address = searchParams.get('address')
      if (address) peers.set(response, { gateway_id: searchParams.get('gateway_id') ?? '', address })
      response.once('close', () => streams.delete(response) && peers.delete(response))
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer) // no encoding was set
    const answer = answers[path]?.(JSON.parse(Buffer.concat(chunks).toString() || 'null')) ?? { status: 404 }
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' })
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // a TCP server has an AddressInfo
    records,
    captured,
    ended,
    returned,
    connections,
    acknowledged: (gatewayId) =>
      gatewayId === undefined ? Math.max(0, ...acknowledged.values()) : (acknowledged.get(gatewayId) ?? 0),
    addKey({
      workspaceId = firstWorkspace,
      permissions = ['mcp-servers:invoke'] as const,
      servers: allowed,
      rateLimit,
      userId = null,
      expiresAtMs = null,
    } = {}) {
      const { key } = makeKey('test')
      const id = randomUUID()
      keys.set(digestKey(key) ?? '', {
        key_id: id,
        key_name: 'test',
        kind: userId === null ? 'service' : 'user',
        workspace_id: workspaceId,
        user_id: userId,
        permissions: [...permissions],
        rate_limit: rateLimit ?? null,
        expires_at_ms: expiresAtMs,
        servers: allowed,
      })
      return { key, id, userId }
    },
    removeKey({ key, id }) {
      const digest = digestKey(key) ?? ''
      const workspaceId = keys.get(digest)?.workspace_id ?? firstWorkspace
      keys.delete(digest)
      return change('api-key', id, workspaceId)
    },
    addServer(given, workspaceId = firstWorkspace) {
      const id = randomUUID()
      servers.set(id, { ...given, id, workspaceId, generation: randomUUID() })
      change('server', id, workspaceId)
      return id
    },
    changeServer(id, given) {
      const before = servers.get(id)
      if (!before) throw new Error(`no server ${id}`)
      servers.set(id, { ...before, ...given, generation: given.headers ? randomUUID() : before.generation })
      return change('server', id, before.workspaceId)
    },
    removeServer(id) {
      const { workspaceId } = servers.get(id) ?? { workspaceId: firstWorkspace }
      servers.delete(id)
      return change('server', id, workspaceId)
    },
    endLeases(meanwhile) {
      const connected = [...streams]
      streams.clear()
      meanwhile()
      for (const stream of connected) streams.add(stream)
      over = true
    },
    fail(value) {
      down = value
      if (down) for (const stream of streams) stream.destroy()
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

const toResolved = (server: StoredServer): contract.ResolvedServer => ({
  id: server.id,
  slug: server.slug,
  name: server.slug,
  url: server.url,
  auth_type: server.oauth ? 'oauth' : server.headers ? 'headers' : '',
  credential_generation: server.generation,
  era: server.era ?? 'auto',
  call_timeout_ms: server.callTimeoutMs ?? null,
  max_concurrent: server.maxConcurrent ?? null,
  disabled_tools: [...(server.disabledTools ?? [])],
  ...(server.captureUntilMs !== undefined && { capture_until_ms: server.captureUntilMs }),
})

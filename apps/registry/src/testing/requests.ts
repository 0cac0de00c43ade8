// For tests over all routes: a good request for each public operation, about the things of one workspace. An operation without a
// row here fails those tests.

import type { Operation } from '@gatehouse/registry-api'
import { waitFor } from '@gatehouse/testkit'
import { v7 as uuidv7 } from 'uuid'
import { keepCaptured } from '../capture/keep-captured.ts'
import { recordCalls } from '../internal/call-records.ts'
import { hashOf, newWord } from '../oauth/one-time.ts'
import { makeLink } from '../people/links.ts'
import { countCalls } from '../usage/count-calls.ts'
import { addConnection } from './connection.ts'
import type { TestRegistry, TestWorkspace } from './registry.ts'
import { addServer } from './server.ts'

/** What the places of a request can name. */
export interface Things {
  readonly serverId: string
  readonly serverUrl: string
  readonly keyId: string
  readonly callId: string
  readonly connectionId: string
  /** Wants accounts; the services have a client and a connection. */
  readonly accountServerId: string
  readonly providerId: string
  readonly authSessionId: string
  /** The token of its link. */
  readonly connectToken: string
  /** The tokens of two links of an owner. */
  readonly claimToken: string
  readonly signInToken: string
  /** A person. */
  readonly memberId: string
  readonly invitationId: string
  readonly invitationToken: string
}

interface Asked {
  readonly path: string
  readonly body?: unknown
}

const base = '/v1/deepagents'
const password = 'a long password'
const requests: Readonly<Record<string, (on: Things) => Asked>> = {
  createMcpServer: () => ({
    path: `${base}/mcp-servers`,
    body: { name: 'New', url: 'https://new.test/mcp', headers: [{ key: 'X-A', value: 'v' }] },
  }),
  listMcpServers: () => ({ path: `${base}/mcp-servers` }),
  getMcpServer: ({ serverId }) => ({ path: `${base}/mcp-servers/${serverId}` }),
  updateMcpServer: ({ serverId }) => ({
    path: `${base}/mcp-servers/${serverId}`,
    body: { headers: [{ key: 'X-B', value: 'w' }] },
  }),
  deleteMcpServer: ({ serverId }) => ({ path: `${base}/mcp-servers/${serverId}` }),
  getServerSettings: ({ serverId }) => ({ path: `/v1/servers/${serverId}` }),
  updateServerSettings: ({ serverId }) => ({ path: `/v1/servers/${serverId}`, body: { name: 'Changed' } }),
  startCapture: ({ serverId }) => ({ path: `/v1/servers/${serverId}/capture`, body: { minutes: 15 } }),
  stopCapture: ({ serverId }) => ({ path: `/v1/servers/${serverId}/capture` }),
  searchTools: () => ({ path: '/v1/tools?q=read' }),
  findServerEras: ({ serverId }) => ({ path: `/v1/servers/${serverId}/eras` }),
  searchKnownServers: () => ({ path: '/v1/known-servers?search=files' }),
  probeServer: () => ({ path: '/v1/servers/probe', body: { url: 'https://new.test/mcp' } }),
  listServers: () => ({ path: '/v1/servers?state=unknown' }),
  streamServers: ({ serverId }) => ({ path: `/v1/servers/stream?watch=${serverId}` }),
  getServerHealth: ({ serverId }) => ({ path: `/v1/servers/${serverId}/health` }),
  testServer: ({ serverId }) => ({ path: `/v1/servers/${serverId}/test` }),
  switchServerTools: ({ serverId }) => ({ path: `/v1/servers/${serverId}/tools`, body: { enabled: true } }),
  listMcpTools: ({ serverUrl }) => ({ path: `${base}/mcp/tools?url=${encodeURIComponent(serverUrl)}` }),
  listServerTools: ({ serverId }) => ({ path: `/v1/servers/${serverId}/tools` }),
  listConnections: ({ serverId }) => ({ path: `/v1/connections?server_id=${serverId}` }),
  labelConnection: ({ connectionId }) => ({
    path: `/v1/connections/${connectionId}`,
    body: { label: 'Mine' },
  }),
  registerOAuthProvider: ({ accountServerId }) => ({
    path: `${base}/mcp-servers/${accountServerId}/oauth-provider`,
  }),
  createAuthSession: ({ providerId }) => ({
    path: `${base}/auth-sessions`,
    body: { provider_id: providerId, scopes: [], strategy: 'CREATE' },
  }),
  getAuthSession: ({ authSessionId }) => ({ path: `${base}/auth-sessions/${authSessionId}` }),
  createConnection: ({ accountServerId }) => ({
    path: '/v1/connections',
    body: { server_id: accountServerId },
  }),
  showConnectLink: ({ connectToken }) => ({ path: `/v1/connect/${connectToken}` }),
  followConnectLink: ({ connectToken }) => ({ path: `/v1/connect/${connectToken}` }),
  finishConnect: ({ connectToken }) => ({ path: '/v1/connect/callback', body: { state: connectToken } }),
  listOAuthProviders: ({ providerId }) => ({ path: `/v1/oauth-providers?cursor=${providerId}` }),
  createOAuthProvider: () => ({
    path: '/v1/oauth-providers',
    body: { name: 'New', client_id: 'c', issuer: 'https://nowhere.test', resource: 'https://nowhere.test' },
  }),
  deleteOAuthProvider: ({ providerId }) => ({ path: `/v1/oauth-providers/${providerId}` }),
  deleteConnection: ({ connectionId }) => ({ path: `/v1/connections/${connectionId}` }),
  createApiKey: ({ serverId }) => ({
    path: '/v1/api-keys',
    body: { name: 'New', permissions: ['mcp-servers:read'], servers: [serverId] },
  }),
  listApiKeys: ({ keyId }) => ({ path: `/v1/api-keys?cursor=${keyId}` }),
  rotateApiKey: ({ keyId }) => ({ path: `/v1/api-keys/${keyId}/rotate` }),
  deleteApiKey: ({ keyId }) => ({ path: `/v1/api-keys/${keyId}` }),
  createGatewayToken: ({ keyId }) => ({ path: '/v1/gateway-tokens', body: { as: keyId } }),
  listCalls: ({ serverId, keyId }) => ({ path: `/v1/calls?server=${serverId}&key=${keyId}` }),
  streamCalls: ({ serverId, keyId }) => ({ path: `/v1/calls/stream?server=${serverId}&key=${keyId}` }),
  getCall: ({ callId }) => ({ path: `/v1/calls/${callId}` }),
  readCapturedCall: ({ callId }) => ({ path: `/v1/calls/${callId}/bodies` }),
  readUsage: ({ serverId, keyId }) => ({ path: `/v1/usage?by=tool&server=${serverId}&key=${keyId}` }),
  listAuditEvents: ({ serverId }) => ({ path: `/v1/audit?object_id=${serverId}` }),
  verifyAudit: () => ({ path: '/v1/audit/verify' }),
  exportAudit: ({ keyId }) => ({ path: `/v1/audit/export?actor_id=${keyId}` }),
  getSettings: () => ({ path: '/v1/settings' }),
  updateSettings: () => ({ path: '/v1/settings', body: { call_record_days: 7 } }),
  listGateways: () => ({ path: '/v1/gateways' }),
  listMembers: ({ memberId }) => ({ path: `/v1/members?cursor=${memberId}` }),
  updateMember: ({ memberId }) => ({ path: `/v1/members/${memberId}`, body: { role: 'auditor' } }),
  removeMember: ({ memberId }) => ({ path: `/v1/members/${memberId}` }),
  createResetLink: ({ memberId }) => ({ path: `/v1/members/${memberId}/reset-link` }),
  createInvitation: () => ({ path: '/v1/invitations', body: { role: 'member' } }),
  listInvitations: ({ invitationId }) => ({ path: `/v1/invitations?cursor=${invitationId}` }),
  deleteInvitation: ({ invitationId }) => ({ path: `/v1/invitations/${invitationId}` }),
  checkInvitation: ({ invitationToken: token }) => ({ path: '/v1/invitations/check', body: { token } }),
  acceptInvitation: ({ invitationToken: token }) => ({
    path: '/v1/invitations/accept',
    body: { token, account: { name: 'B', email: `${token.slice(0, 20)}@example.test`, password } },
  }),
  exportWorkspace: () => ({ path: '/v1/export' }),
  importWorkspace: () => ({
    path: '/v1/import',
    body: {
      ...{ format: 'gatehouse-workspace', version: 1 },
      servers: [
        {
          ...{ slug: 'imported', name: 'New', url: 'https://new.test/mcp', headers: ['X-A'], enabled: true },
          ...{ auth_type: 'headers', oauth_mode: '', oauth_client: null, era: 'auto', disabled_tools: [] },
          ...{ vendor_id: null, external_system_id: null, call_timeout_s: null, max_concurrent: null },
        },
      ],
    },
  }),
  getMe: () => ({ path: '/v1/me' }),
  getInstallation: () => ({ path: '/v1/installation' }),
  checkLink: ({ claimToken }) => ({ path: '/v1/links/check', body: { token: claimToken } }),
  claimAccount: ({ claimToken: token }) => ({
    path: '/v1/claim',
    body: { token, name: 'A', email: `${token.slice(0, 20)}@example.test`, password },
  }),
  useSignInLink: ({ signInToken: token }) => ({ path: '/v1/sign-in-link', body: { token } }),
}

export interface Answered {
  readonly status: number
  readonly text: string
}

/** Sends the operation's request; of an endless stream only the status is read. @throws Error without a row above */
export async function send(
  url: string,
  operation: Operation,
  on: Things,
  headers: Readonly<Record<string, string>>,
): Promise<Answered> {
  const make = requests[operation.id]
  if (make === undefined) throw new Error(`${operation.id} has no request in testing/requests.ts`)
  const { path, body } = make(on)
  const stop = new AbortController()
  const response = await fetch(url + path, {
    method: operation.method.toUpperCase(),
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: stop.signal,
  })
  const { status } = response
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    stop.abort()
    return { status, text: '' }
  }
  return { status, text: await response.text() }
}

/** One of each in this workspace. */
export async function makeThings(registry: TestRegistry, workspace: TestWorkspace): Promise<Things> {
  const { deps } = registry
  const serverUrl = `https://${uuidv7()}.test/mcp`
  const server = await addServer(deps, workspace.id, { url: serverUrl, headers: [['X-Canary', 'stored']] })
  await deps.db.inWorkspace(workspace.id, (tx) =>
    tx.mcpServer.updateMany({
      where: { workspaceId: workspace.id, id: server.id },
      data: { captureUntil: new Date(Date.now() + 60_000) },
    }),
  )
  const key = await workspace.key()
  const wanting = await addServer(deps, workspace.id, { url: serverUrl })
  const connection = await addConnection(deps, workspace.id, { serverId: wanting.id, resource: serverUrl })
  const account = {
    accountServerId: wanting.id,
    providerId: connection.providerId,
    connectionId: connection.id,
  }
  const visit = await addVisit(registry, workspace, account.providerId)
  const callId = uuidv7()
  await recordCalls(deps, [
    {
      ...{ id: callId, workspace_id: workspace.id, started_at_ms: Date.now(), request_id: 'r' },
      ...{ caller_key_id: key.id, caller_name: 'n', server_id: server.id, server_slug: server.slug },
      ...{ path: 'transparent', era: 'legacy', method: 'tools/call', tool: 't', http_status: 200 },
      ...{ outcome: 'ok', error_code: null, duration_ms: 1, upstream_ms: 1 },
      ...{ request_bytes: 1, response_bytes: 1, attached_headers: [], captured: true },
    },
  ])
  await countAll(deps)
  const said = { headers: [], body: 'canary of a call', truncated: false, masked: false }
  await keepCaptured(deps, [
    {
      ...{ id: callId, workspace_id: workspace.id, server_id: server.id, started_at_ms: Date.now() },
      ...{ request: said, response: said },
    },
  ])
  const userId = await workspace.member('owner')
  const link = async (kind: 'claim' | 'sign-in') => {
    const wanted = { kind, userId, workspaceId: workspace.id }
    const made = await deps.db.asSystem((tx) => makeLink(tx, 'http://localhost', wanted, new Date()))
    return made.split('token=')[1] ?? ''
  }
  const tokens = { claimToken: await link('claim'), signInToken: await link('sign-in') }
  const people = { memberId: await workspace.member('member'), ...(await addInvitation(registry, workspace)) }
  return { serverId: server.id, serverUrl, keyId: key.id, callId, ...account, ...visit, ...tokens, ...people }
}

/** Calls are counted a few seconds behind, which would change rows while a test looks at them. */
const countAll = (deps: TestRegistry['deps']) =>
  waitFor(async () => {
    await countCalls(deps)
    const [row] = await deps.db.asSystem(
      (tx) => tx.$queryRaw<{ left: number }[]>`SELECT count(*)::int AS left FROM call_uncounted`,
    )
    return row?.left === 0
  })

async function addInvitation({ deps }: TestRegistry, { id: workspaceId }: TestWorkspace) {
  const [invitationId, invitationToken] = [uuidv7(), newWord()]
  await deps.db.inWorkspace(workspaceId, (tx) =>
    tx.invitation.create({
      data: {
        ...{ workspaceId, id: invitationId, email: '', role: 'member', inviterId: uuidv7() },
        ...{ tokenHash: hashOf(invitationToken), expiresAt: new Date(Date.now() + 60_000) },
      },
    }),
  )
  return { invitationId, invitationToken }
}

/** One that a service has begun. */
async function addVisit({ deps }: TestRegistry, { id: workspaceId }: TestWorkspace, providerId: string) {
  const [authSessionId, connectToken] = [uuidv7(), newWord()]
  await deps.db.inWorkspace(workspaceId, (tx) =>
    tx.authSession.create({
      data: {
        ...{ workspaceId, id: authSessionId, providerId, strategy: 'CREATE' },
        ...{ linkHash: hashOf(connectToken), expiresAt: new Date(Date.now() + 60_000) },
      },
    }),
  )
  return { authSessionId, connectToken }
}

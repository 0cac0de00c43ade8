// The public operations, one row each: what they take, what they answer, with which errors. openapi.ts describes them to
// others; the registry's tests hold live answers to them.

import type { Code } from '@gatehouse/errors'
import { z } from 'zod'
import { apiKey, createApiKey, createdApiKey, rotateApiKey } from './api-keys.ts'
import { call, callQuery, callStreamQuery, page, pageQuery } from './calls.ts'
import { checkedLink, checkLink, claimAccount, installation, me, signedIn, useSignInLink } from './people.ts'
import { type Permission, uuid } from './primitives.ts'
import { createServer, server, serverToolsQuery, toolList, toolsQuery, updateServer } from './servers.ts'

export interface Answer {
  readonly description: string
  /** Of a JSON body; absent: no body, or an event stream. */
  readonly schema?: z.ZodType
  readonly stream?: true
  /** The values that the header `Gatehouse-Notice` may have. */
  readonly notice?: string
}

export interface Operation {
  readonly id: string
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  /** With `{name}` for each member of `params`. */
  readonly path: `/v1/${string}`
  readonly tag: 'MCP servers' | 'MCP tools' | 'API keys' | 'Calls' | 'People'
  readonly summary: string
  readonly description?: string
  /** null: any good key or session will do. Absent: none is needed, and none is looked at. */
  readonly permission?: Permission | null
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** True where the body may be left out. */
  readonly bodyOptional?: true
  /** True where a repeat with the same Idempotency-Key makes nothing new. */
  readonly idempotent?: true
  readonly answers: Readonly<Record<number, Answer>>
  /** Codes beyond those that every operation of this shape has; see `failures`. */
  readonly codes: readonly Code[]
}

const base = '/v1/deepagents'
const serverId = z.object({ mcp_server_id: uuid })
const id = z.object({ id: uuid })
const urlCodes = ['url_not_allowed', 'invalid_header', 'masked_header_value', 'conflicting_auth'] as const
const upstreamCodes = [
  'mcp_server_not_found',
  'credential_unreadable',
  'upstream_auth_failed',
  'upstream_unreachable',
  'upstream_invalid',
  'upstream_timeout',
  'url_not_allowed',
] as const

const servers: readonly Operation[] = [
  {
    id: 'createMcpServer',
    method: 'post',
    path: `${base}/mcp-servers`,
    tag: 'MCP servers',
    summary: 'Register an MCP server',
    description:
      'Header values are stored sealed and never shown again. Names and URLs may repeat; the slug is unique in its workspace and never used again.',
    permission: 'mcp-servers:create',
    body: createServer,
    idempotent: true,
    answers: { 201: { description: 'The server', schema: server, notice: 'duplicate_url' } },
    codes: [...urlCodes, 'slug_taken', 'mcp_server_not_found'],
  },
  {
    id: 'listMcpServers',
    method: 'get',
    path: `${base}/mcp-servers`,
    tag: 'MCP servers',
    summary: 'List the MCP servers',
    permission: 'mcp-servers:read',
    answers: { 200: { description: 'All that the caller may see, oldest first', schema: z.array(server) } },
    codes: [],
  },
  {
    id: 'getMcpServer',
    method: 'get',
    path: `${base}/mcp-servers/{mcp_server_id}`,
    tag: 'MCP servers',
    summary: 'Get an MCP server',
    permission: 'mcp-servers:read',
    params: serverId,
    answers: { 200: { description: 'The server', schema: server } },
    codes: ['mcp_server_not_found'],
  },
  {
    id: 'updateMcpServer',
    method: 'patch',
    path: `${base}/mcp-servers/{mcp_server_id}`,
    tag: 'MCP servers',
    summary: 'Change an MCP server',
    description:
      'Absent members stay. `headers` replaces all of them, `[]` or null clears. Another origin drops the stored headers unless the same request sends them again.',
    permission: 'mcp-servers:update',
    params: serverId,
    body: updateServer,
    answers: { 200: { description: 'The server', schema: server, notice: 'headers_dropped' } },
    codes: [...urlCodes, 'mcp_server_not_found', 'immutable_field', 'revocation_pending'],
  },
  {
    id: 'deleteMcpServer',
    method: 'delete',
    path: `${base}/mcp-servers/{mcp_server_id}`,
    tag: 'MCP servers',
    summary: 'Delete an MCP server',
    description:
      'Idempotent: an id that does not exist answers 204 as well. When it has answered, no gateway attaches the stored headers any more.',
    permission: 'mcp-servers:delete',
    params: serverId,
    answers: { 204: { description: 'It is deleted, or never was' } },
    codes: ['revocation_pending'],
  },
]

const tools: readonly Operation[] = [
  {
    id: 'listMcpTools',
    method: 'get',
    path: `${base}/mcp/tools`,
    tag: 'MCP tools',
    summary: 'List the tools of the server with this URL',
    description:
      'Outer spaces, a trailing slash and letter case of the URL do not matter. Entries are the upstream’s own.',
    permission: 'mcp-servers:read',
    query: toolsQuery,
    answers: { 200: { description: 'Its tools', schema: toolList } },
    codes: upstreamCodes,
  },
  {
    id: 'listServerTools',
    method: 'get',
    path: '/v1/servers/{id}/tools',
    tag: 'MCP tools',
    summary: 'List the tools of one server',
    permission: 'mcp-servers:read',
    params: id,
    query: serverToolsQuery,
    answers: { 200: { description: 'Its tools', schema: toolList } },
    codes: upstreamCodes,
  },
]

const keys: readonly Operation[] = [
  {
    id: 'createApiKey',
    method: 'post',
    path: '/v1/api-keys',
    tag: 'API keys',
    summary: 'Make an API key',
    description: 'It grants nothing that its maker lacks.',
    permission: 'api-keys:own',
    body: createApiKey,
    idempotent: true,
    answers: {
      201: { description: 'The key; `key` is shown this once', schema: createdApiKey },
      200: { description: 'What an earlier request with this Idempotency-Key made', schema: apiKey },
    },
    codes: ['api_key_not_found', 'invalid_parameter'],
  },
  {
    id: 'listApiKeys',
    method: 'get',
    path: '/v1/api-keys',
    tag: 'API keys',
    summary: 'List API keys',
    permission: 'api-keys:own',
    query: pageQuery,
    answers: { 200: { description: 'A page of keys', schema: page(apiKey) } },
    codes: [],
  },
  {
    id: 'rotateApiKey',
    method: 'post',
    path: '/v1/api-keys/{id}/rotate',
    tag: 'API keys',
    summary: 'Replace the secret of an API key',
    description: 'The id stays; the old secret works for `overlap_s` more seconds.',
    permission: 'api-keys:own',
    params: id,
    body: rotateApiKey,
    bodyOptional: true,
    answers: { 200: { description: 'The key; `key` is shown this once', schema: createdApiKey } },
    codes: ['api_key_not_found', 'revocation_pending'],
  },
  {
    id: 'deleteApiKey',
    method: 'delete',
    path: '/v1/api-keys/{id}',
    tag: 'API keys',
    summary: 'Delete an API key',
    description: 'When it has answered, no gateway accepts the key any more.',
    permission: 'api-keys:own',
    params: id,
    answers: { 204: { description: 'It is deleted, or never was' } },
    codes: ['revocation_pending'],
  },
]

const calls: readonly Operation[] = [
  {
    id: 'listCalls',
    method: 'get',
    path: '/v1/calls',
    tag: 'Calls',
    summary: 'List call records',
    description: 'Newest first; filters hold all at once.',
    permission: 'calls:own',
    query: callQuery,
    answers: { 200: { description: 'A page of calls', schema: page(call) } },
    codes: [],
  },
  {
    id: 'streamCalls',
    method: 'get',
    path: '/v1/calls/stream',
    tag: 'Calls',
    summary: 'Follow calls as they are recorded',
    permission: 'calls:own',
    query: callStreamQuery,
    answers: { 200: { description: 'Server-sent events `call`, each a call as JSON', stream: true } },
    codes: [],
  },
  {
    id: 'getCall',
    method: 'get',
    path: '/v1/calls/{id}',
    tag: 'Calls',
    summary: 'Get a call record',
    permission: 'calls:own',
    params: id,
    answers: { 200: { description: 'The call', schema: call } },
    codes: ['call_not_found'],
  },
]

const people: readonly Operation[] = [
  {
    id: 'getMe',
    method: 'get',
    path: '/v1/me',
    tag: 'People',
    summary: 'Get who is asking, where, and what they may do',
    permission: null,
    answers: { 200: { description: 'The caller', schema: me } },
    codes: [],
  },
  {
    id: 'getInstallation',
    method: 'get',
    path: '/v1/installation',
    tag: 'People',
    summary: 'Get facts about this installation',
    permission: null,
    answers: { 200: { description: 'The installation', schema: installation } },
    codes: [],
  },
  {
    id: 'checkLink',
    method: 'post',
    path: '/v1/links/check',
    tag: 'People',
    summary: 'Ask whether a single-use link is still good',
    description: 'Does not use it up.',
    body: checkLink,
    answers: { 200: { description: 'What the link is for', schema: checkedLink } },
    codes: ['link_invalid'],
  },
  {
    id: 'claimAccount',
    method: 'post',
    path: '/v1/claim',
    tag: 'People',
    summary: 'Claim the owner’s account by a single-use link',
    body: claimAccount,
    answers: { 200: { description: 'Signed in; a cookie is set', schema: signedIn } },
    codes: ['link_invalid', 'weak_password'],
  },
  {
    id: 'useSignInLink',
    method: 'post',
    path: '/v1/sign-in-link',
    tag: 'People',
    summary: 'Sign in by a single-use link',
    description: 'With `password` that becomes the new one, and every other session ends.',
    body: useSignInLink,
    answers: { 200: { description: 'Signed in; a cookie is set', schema: signedIn } },
    codes: ['link_invalid', 'weak_password'],
  },
]

export const operations: readonly Operation[] = [...servers, ...tools, ...keys, ...calls, ...people]

/** Every code that an operation may answer, each once. 401 and 403 for a key are flat and have none. */
export function failures(operation: Operation): readonly Code[] {
  const { params, query, body, idempotent, permission } = operation
  const codes: Code[] = [
    'origin_forbidden',
    'misdirected_request',
    'payload_too_large',
    'unsupported_media_type',
    'invalid_request_body',
    'internal_error',
    'database_unavailable',
  ]
  if (permission !== undefined) codes.push('ambiguous_credentials')
  if (params || query || idempotent) codes.push('invalid_parameter')
  if (body) codes.push('missing_required_field')
  if (idempotent) codes.push('idempotency_conflict')
  return [...new Set([...codes, ...operation.codes])]
}

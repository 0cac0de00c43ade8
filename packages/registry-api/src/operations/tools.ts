// The tools of MCP servers, by URL and by id.

import { z } from 'zod'
import { uuid } from '../primitives.ts'
import { serverToolList, serverToolsQuery, toolList, toolsQuery } from '../servers.ts'
import { foundTools, toolSearchQuery } from '../tools.ts'
import type { Operation } from './operation.ts'

const base = '/v1/deepagents'
const id = z.object({ id: uuid })
const upstreamCodes = [
  'mcp_server_not_found',
  'credential_unreadable',
  'upstream_auth_failed',
  'upstream_auth_unavailable',
  'upstream_unreachable',
  'upstream_invalid',
  'upstream_timeout',
  'url_not_allowed',
] as const

export const toolOperations: readonly Operation[] = [
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
    answers: { 200: { description: 'Its tools', schema: serverToolList } },
    codes: upstreamCodes,
  },
  {
    id: 'searchTools',
    method: 'get',
    path: '/v1/tools',
    tag: 'MCP tools',
    summary: 'Find tools of all servers by name and title',
    description: 'In the lists that are kept: no server is asked. Each names when its server listed it.',
    permission: 'mcp-servers:read',
    query: toolSearchQuery,
    answers: { 200: { description: 'A page of tools', schema: foundTools } },
    codes: [],
  },
]

// MCP servers, as the published contract has them.

import { z } from 'zod'
import { uuid } from '../primitives.ts'
import { createServer, server, updateServer } from '../servers.ts'
import type { Operation } from './operation.ts'

const base = '/v1/deepagents'
const serverId = z.object({ mcp_server_id: uuid })
const urlCodes = ['url_not_allowed', 'invalid_header', 'masked_header_value', 'conflicting_auth'] as const

export const serverOperations: readonly Operation[] = [
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

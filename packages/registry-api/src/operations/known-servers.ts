// Searching the MCP registry that the operator named.

import { page } from '../calls.ts'
import { knownServer, knownServersQuery } from '../known-servers.ts'
import type { Operation } from './operation.ts'

export const knownServerOperations: readonly Operation[] = [
  {
    id: 'searchKnownServers',
    method: 'get',
    path: '/v1/known-servers',
    tag: 'MCP servers',
    summary: 'Search the MCP registry that the operator named',
    description: 'Newest versions only. 404 where the operator named none.',
    permission: 'mcp-servers:create',
    query: knownServersQuery,
    answers: { 200: { description: 'A page of servers', schema: page(knownServer) } },
    codes: ['not_found', 'upstream_unreachable', 'upstream_timeout', 'upstream_invalid', 'url_not_allowed'],
  },
]

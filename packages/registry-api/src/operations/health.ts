// How servers do.

import { health, serverPage, serverStreamQuery, serversQuery, testedServer } from '../health.ts'
import { serverIdParam } from '../server-settings.ts'
import type { Operation } from './operation.ts'

const about = { tag: 'MCP servers' } as const

export const healthOperations: readonly Operation[] = [
  {
    ...about,
    id: 'listServers',
    method: 'get',
    path: '/v1/servers',
    summary: 'List servers with their health',
    description: 'A page at a time, with filters, numbers of the last day and the age of the tool list.',
    permission: 'mcp-servers:read',
    query: serversQuery,
    answers: { 200: { description: 'A page of servers', schema: serverPage } },
    codes: [],
  },
  {
    ...about,
    id: 'streamServers',
    method: 'get',
    path: '/v1/servers/stream',
    summary: 'Hear of changes in the health of servers',
    permission: 'mcp-servers:read',
    query: serverStreamQuery,
    answers: { 200: { description: 'Events `changed` with `{server_id}`', stream: true } },
    codes: [],
  },
  {
    ...about,
    id: 'getServerHealth',
    method: 'get',
    path: '/v1/servers/{id}/health',
    summary: 'Get the health of a server',
    permission: 'mcp-servers:read',
    params: serverIdParam,
    answers: { 200: { description: 'Its health', schema: health } },
    codes: ['mcp_server_not_found'],
  },
  {
    ...about,
    id: 'testServer',
    method: 'post',
    path: '/v1/servers/{id}/test',
    summary: 'Look at a server now',
    description: 'The call that the registry makes by itself when a server is idle, at once.',
    permission: 'mcp-servers:read',
    params: serverIdParam,
    answers: { 200: { description: 'What it showed', schema: testedServer } },
    codes: ['mcp_server_not_found'],
  },
]

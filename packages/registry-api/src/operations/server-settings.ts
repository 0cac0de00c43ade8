// A server's settings and what is known of it: our own, beside the published contract.

import {
  eras,
  serverIdParam,
  serverSettings,
  switchedTools,
  switchTools,
  updateServerSettings,
} from '../server-settings.ts'
import type { Operation } from './operation.ts'

export const serverSettingsOperations: readonly Operation[] = [
  {
    id: 'getServerSettings',
    method: 'get',
    path: '/v1/servers/{id}',
    tag: 'MCP servers',
    summary: 'Get a server with its settings',
    permission: 'mcp-servers:read',
    params: serverIdParam,
    versioned: true,
    answers: { 200: { description: 'The server', schema: serverSettings } },
    codes: ['mcp_server_not_found'],
  },
  {
    id: 'updateServerSettings',
    method: 'patch',
    path: '/v1/servers/{id}',
    tag: 'MCP servers',
    summary: "Change a server's settings",
    description:
      'Absent members stay. A server that is switched off answers 404 at the gateway; when this has answered, no gateway attaches its headers any more.',
    permission: 'mcp-servers:update',
    params: serverIdParam,
    body: updateServerSettings,
    versioned: true,
    answers: { 200: { description: 'The server', schema: serverSettings } },
    codes: ['mcp_server_not_found', 'revocation_pending'],
  },
  {
    id: 'findServerEras',
    method: 'post',
    path: '/v1/servers/{id}/eras',
    tag: 'MCP servers',
    summary: 'Ask the server which protocol eras it speaks',
    description:
      'With the stored headers, or the account of who asks. Gateways ask for themselves; this is for people to see.',
    permission: 'mcp-servers:read',
    params: serverIdParam,
    answers: { 200: { description: 'What it showed', schema: eras } },
    codes: ['mcp_server_not_found', 'credential_unreadable', 'upstream_auth_unavailable', 'url_not_allowed'],
  },
  {
    id: 'switchServerTools',
    method: 'patch',
    path: '/v1/servers/{id}/tools',
    tag: 'MCP tools',
    summary: 'Switch tools of a server on or off',
    permission: 'mcp-servers:update',
    params: serverIdParam,
    body: switchTools,
    answers: { 200: { description: 'Every tool that is off now', schema: switchedTools } },
    codes: [
      'mcp_server_not_found',
      'credential_unreadable',
      'upstream_auth_failed',
      'upstream_auth_unavailable',
      'upstream_unreachable',
      'upstream_invalid',
      'upstream_timeout',
      'url_not_allowed',
      'revocation_pending',
    ],
  },
]

// Trying a server before it is registered.

import { probeLine, probeServer } from '../probe.ts'
import type { Operation } from './operation.ts'

export const probeOperations: readonly Operation[] = [
  {
    id: 'probeServer',
    method: 'post',
    path: '/v1/servers/probe',
    tag: 'MCP servers',
    summary: 'Try a server that is not registered',
    description:
      'Made by the registry itself, through the same guard as every request to a server. Nothing is stored. A few run at once for each person and workspace. Each step is told when it begins and when it ends; a step that fails is told too, and the last line is the verdict.',
    permission: 'mcp-servers:create',
    body: probeServer,
    answers: { 200: { description: 'Steps and the verdict, as NDJSON', lines: probeLine } },
    codes: ['url_not_allowed', 'invalid_header', 'masked_header_value', 'rate_limited'],
  },
]

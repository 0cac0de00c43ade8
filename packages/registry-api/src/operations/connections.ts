// Connections: tokens that the registry keeps for people, and for services.

import { z } from 'zod'
import { page } from '../calls.ts'
import { connection, connectionsQuery, updateConnection } from '../connections.ts'
import { uuid } from '../primitives.ts'
import type { Operation } from './operation.ts'

const id = z.object({ id: uuid })

export const connectionOperations: readonly Operation[] = [
  {
    id: 'listConnections',
    method: 'get',
    path: '/v1/connections',
    tag: 'Connections',
    summary: 'List connections',
    description: "Newest first. One's own, and everybody's with `api-keys:all`.",
    permission: 'mcp-servers:invoke',
    query: connectionsQuery,
    answers: { 200: { description: 'A page of connections', schema: page(connection) } },
    codes: [],
  },
  {
    id: 'labelConnection',
    method: 'patch',
    path: '/v1/connections/{id}',
    tag: 'Connections',
    summary: 'Give a connection a label',
    permission: 'mcp-servers:invoke',
    params: id,
    body: updateConnection,
    answers: { 200: { description: 'The connection', schema: connection } },
    codes: ['connection_not_found'],
  },
  {
    id: 'deleteConnection',
    method: 'delete',
    path: '/v1/connections/{id}',
    tag: 'Connections',
    summary: 'Disconnect',
    description:
      'When it has answered, no gateway sends the token any more. It is revoked at its authorization server, where that offers revocation.',
    permission: 'mcp-servers:invoke',
    params: id,
    answers: { 204: { description: 'It is disconnected, or never was' } },
    codes: ['revocation_pending'],
  },
]

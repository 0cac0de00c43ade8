// Call records.

import { z } from 'zod'
import { call, callQuery, callStreamQuery, page } from '../calls.ts'
import { uuid } from '../primitives.ts'
import type { Operation } from './operation.ts'

const id = z.object({ id: uuid })

export const callOperations: readonly Operation[] = [
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

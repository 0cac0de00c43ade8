// API keys.

import { z } from 'zod'
import { apiKey, createApiKey, createdApiKey, rotateApiKey } from '../api-keys.ts'
import { page, pageQuery } from '../calls.ts'
import { createGatewayToken, gatewayToken } from '../gateway-tokens.ts'
import { uuid } from '../primitives.ts'
import type { Operation } from './operation.ts'

const id = z.object({ id: uuid })

export const keyOperations: readonly Operation[] = [
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
  {
    id: 'createGatewayToken',
    method: 'post',
    path: '/v1/gateway-tokens',
    tag: 'API keys',
    summary: 'Make a token for calling the gateway from the console',
    description: 'It is good for five minutes and ends with the session of the person who asks.',
    permission: 'mcp-servers:invoke',
    body: createGatewayToken,
    bodyOptional: true,
    answers: { 201: { description: 'The token; it is shown this once', schema: gatewayToken } },
    codes: ['session_required', 'api_key_not_found'],
  },
]

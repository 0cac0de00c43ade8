// What is said about one public operation; the rows are beside this file, by subject.

import type { Code } from '@gatehouse/errors'
import type { z } from 'zod'
import type { Permission } from '../primitives.ts'

export interface Answer {
  readonly description: string
  /** Of a JSON body; absent: no body, or an event stream. */
  readonly schema?: z.ZodType
  readonly stream?: true
  /** Of each line of an NDJSON body. */
  readonly lines?: z.ZodType
  /** The values that the header `Gatehouse-Notice` may have. */
  readonly notice?: string
}

export interface Operation {
  readonly id: string
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  /** With `{name}` for each member of `params`. */
  readonly path: `/v1/${string}`
  readonly tag:
    | 'MCP servers'
    | 'MCP tools'
    | 'Connections'
    | 'API keys'
    | 'Calls'
    | 'Audit'
    | 'Members'
    | 'Settings'
    | 'People'
    | 'Workspace'
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
  /** True where answers carry the version as ETag, and a change takes If-Match. */
  readonly versioned?: true
  readonly answers: Readonly<Record<number, Answer>>
  /** Codes beyond those that every operation of this shape has; see `failures`. */
  readonly codes: readonly Code[]
}

/** Every code that an operation may answer, each once. 401 and 403 for a key are flat and have none. */
export function failures(operation: Operation): readonly Code[] {
  const { params, query, body, idempotent, versioned, permission } = operation
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
  if (versioned && body) codes.push('version_conflict')
  return [...new Set([...codes, ...operation.codes])]
}

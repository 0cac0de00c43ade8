// The OpenAPI 3.1 document, made from the operations and their zod schemas. The registry serves it at /openapi.json.

import { type Code, codes } from '@gatehouse/errors'
import { z } from 'zod'
import { apiKey, createApiKey, createdApiKey, rotateApiKey } from './api-keys.ts'
import { auditEvent } from './audit.ts'
import { call } from './calls.ts'
import { type Answer, failures, type Operation, operations } from './operations.ts'
import { createServer, errorResponse, flatError, server, tool, toolList, updateServer } from './servers.ts'
import { importResult, workspaceFile } from './workspace-file.ts'

/** A JSON Schema, or any other object of the document. */
export type JsonObject = { readonly [member: string]: unknown }

const named = z.registry<{ id: string }>()
const names = {
  McpServer: server,
  CreateMcpServer: createServer,
  UpdateMcpServer: updateServer,
  Tool: tool,
  ToolList: toolList,
  ApiKey: apiKey,
  CreatedApiKey: createdApiKey,
  CreateApiKey: createApiKey,
  RotateApiKey: rotateApiKey,
  Call: call,
  AuditEvent: auditEvent,
  WorkspaceFile: workspaceFile,
  ImportResult: importResult,
  ErrorResponse: errorResponse,
  FlatError: flatError,
}
for (const [id, schema] of Object.entries(names)) named.add(schema, { id })

/**
 * The whole document, JSON-ready.
 * @param publicUrl the registry's public address, without a trailing slash
 */
export function openApi(publicUrl: string, version: string) {
  const schemas: Record<string, unknown> = {}
  const ref = (schema: z.ZodType, io: 'input' | 'output') => toJsonSchema(schema, io, schemas)
  const paths: Record<string, Record<string, JsonObject>> = {}
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation, ref) }
  }
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Gatehouse registry',
      version,
      description: 'MCP servers and their credentials, API keys and calls.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl }],
    security: [{ apiKeyAuth: [] }, { bearerAuth: [] }, { sessionCookie: [] }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas,
      securitySchemes: {
        apiKeyAuth: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
        bearerAuth: { type: 'http', scheme: 'bearer' },
        sessionCookie: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-gatehouse',
          description:
            'The console’s session, on its own origin; on loopback over plain http without `__Host-`',
        },
      },
    },
  }
}

type Ref = (schema: z.ZodType, io: 'input' | 'output') => JsonObject

function describe(operation: Operation, ref: Ref): JsonObject {
  const { id, tag, summary, description = '', permission, body, bodyOptional } = operation
  const needs = permission ? `Needs the permission \`${permission}\`.` : ''
  const free = permission === undefined
  const responses: Record<string, JsonObject> = {}
  for (const [status, answer] of Object.entries(operation.answers))
    responses[status] = success(answer, operation, ref)
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: [description, needs].filter(Boolean).join(' '),
    ...(free && { security: [] }),
    parameters: parameters(operation, ref),
    ...(body && { requestBody: { required: !bodyOptional, content: json(ref(body, 'input')) } }),
    responses: { ...responses, ...refusals(failures(operation), free, ref) },
  }
}

function parameters({ params, query, body, idempotent, versioned }: Operation, ref: Ref): JsonObject[] {
  const list: JsonObject[] = []
  for (const [name, schema] of Object.entries(params?.shape ?? {}))
    list.push({ name, in: 'path', required: true, schema: ref(schema, 'input') })
  for (const [name, schema] of Object.entries(query?.shape ?? {})) {
    const required = !schema.safeParse(undefined).success
    list.push({ name, in: 'query', required, schema: ref(schema, 'input') })
  }
  if (idempotent) {
    const schema = { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' }
    const description = 'A repeat within a day with the same value and body makes nothing new'
    list.push({ name: 'Idempotency-Key', in: 'header', required: false, description, schema })
  }
  if (versioned && body) {
    const description = 'The ETag of what the change began from: 412 where that is no longer so'
    list.push({ name: 'If-Match', in: 'header', required: false, description, schema: { type: 'string' } })
  }
  return list
}

function success(
  { description, schema, stream, lines, notice }: Answer,
  { versioned }: Operation,
  ref: Ref,
): JsonObject {
  const content = schema
    ? json(ref(schema, 'output'))
    : (stream && { 'text/event-stream': { schema: { type: 'string' } } }) ||
      (lines && { 'application/x-ndjson': { schema: ref(lines, 'output') } })
  const headers = (notice || versioned) && {
    ...(notice && { 'Gatehouse-Notice': { required: false, schema: { type: 'string', enum: [notice] } } }),
    ...(versioned && { ETag: { required: true, schema: { type: 'string' } } }),
  }
  return { description, ...(headers && { headers }), ...(content && { content }) }
}

/** One response per status; 401 and 403 for a key are flat, as in the published contract. */
function refusals(list: readonly Code[], free: boolean, ref: Ref): Record<string, JsonObject> {
  const flat = ref(flatError, 'output')
  const byStatus = Map.groupBy(list, (code) => codes[code].status)
  const responses: Record<string, JsonObject> = {}
  if (!free) responses[401] = { description: 'No key was sent', content: json(flat) }
  for (const [status, those] of byStatus) {
    const lines = those.map((code) => `\`${code}\`: ${codes[code].what}`)
    const error = {
      allOf: [ref(errorResponse, 'output'), { type: 'object', properties: { code: { enum: those } } }],
    }
    const flatToo = status === 403 && !free
    if (flatToo) lines.unshift('The key is not good, or lacks the permission')
    const schema = flatToo ? { anyOf: [flat, error] } : error
    responses[status] = { description: lines.join('; '), content: json(schema) }
  }
  return responses
}

const json = (schema: JsonObject) => ({ 'application/json': { schema } })

/** Named schemas go to `schemas` and are referred to from there. */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, unknown>) {
  const { $schema: _, $defs = {}, ...made } = z.toJSONSchema(schema, { io, metadata: named })
  for (const [name, definition] of Object.entries($defs)) schemas[name] ??= relocate(definition)
  return relocate(made)
}

function relocate(schema: object): JsonObject {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'))
}

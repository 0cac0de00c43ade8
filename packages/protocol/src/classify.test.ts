import { AppError } from '@gatehouse/errors'
import { classifyInboundRequest } from '@modelcontextprotocol/server'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  classify,
  compareHeaders,
  exposedName,
  metaClientCapabilities,
  metaClientInfo,
  metaVersion,
  missingMediaTypes,
  readEnvelope,
  slugOf,
} from './index.ts'

const version = fc.constantFrom(undefined, '2024-11-05', '2025-11-25', '2026-07-28', '2027-01-01', 'x')
const message = fc
  .record({
    id: fc.constantFrom(undefined, 1, 'a'),
    method: fc.constantFrom('initialize', 'tools/call', 'notifications/x', 'ping'),
    meta: fc.option(
      fc.record(
        {
          [metaVersion]: fc.constantFrom('2026-07-28', '2025-11-25', '2027-01-01', 7),
          [metaClientInfo]: fc.constantFrom({ name: 'n', version: '1' }, { name: 'n' }, 'x'),
          [metaClientCapabilities]: fc.constantFrom({}, { roots: {} }, 1),
        },
        { requiredKeys: [] },
      ),
      { nil: undefined },
    ),
  })
  .map(({ id, method, meta }) => ({
    jsonrpc: '2.0' as const,
    ...(id !== undefined && { id }),
    method,
    params: { ...(meta && { _meta: meta }), name: 'tool' },
  }))

describe('classify', () => {
  test("decides as the official SDK's classifyInboundRequest", () => {
    fc.assert(
      fc.property(
        message,
        version,
        fc.constantFrom(undefined, 'tools/call', 'ping'),
        (body, versionHeader, method) => {
          const route = classifyInboundRequest({
            httpMethod: 'POST',
            body,
            ...(versionHeader !== undefined && { protocolVersionHeader: versionHeader }),
            ...(method !== undefined && { mcpMethodHeader: method }),
          })
          const theirs =
            route.kind === 'reject'
              ? route.code
              : route.kind === 'modern'
                ? route.classification.era
                : 'legacy'
          expect(ours(body, { 'mcp-protocol-version': versionHeader, 'mcp-method': method })).toBe(theirs)
        },
      ),
      { numRuns: 3_000 },
    )
  })
})

function ours(body: unknown, headers: Record<string, string | undefined>): string | number {
  try {
    return classify(readEnvelope(Buffer.from(JSON.stringify(body))), headers)
  } catch (error) {
    if (error instanceof AppError) return error.rpcCode
    throw error
  }
}

describe('compareHeaders', () => {
  const call = readEnvelope(
    Buffer.from('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"é"}}'),
  )
  const base = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' }
  const encoded = `=?base64?${Buffer.from('é').toString('base64')}?=`

  test('accepts a name in its base64 form and refuses another, a broken or a missing one', () => {
    expect(() => compareHeaders(call, { ...base, 'mcp-name': encoded })).not.toThrow()
    for (const name of ['e', '=?base64?!?=', undefined]) {
      expect(() => compareHeaders(call, { ...base, 'mcp-name': name })).toThrow(AppError)
    }
    expect(() => compareHeaders(call, { 'mcp-method': 'tools/call', 'mcp-name': encoded })).toThrow(/Version/)
  })
})

describe('names on the aggregate endpoint', () => {
  const slug = fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}$/)

  test('are plain, at most 64 long, and lead back to their server', () => {
    fc.assert(
      fc.property(slug, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }), (server, name) => {
        const exposed = exposedName(server, name)
        expect(exposed).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
        expect(slugOf(exposed)).toBe(server)
      }),
    )
  })

  test('differ when servers or names differ', () => {
    fc.assert(
      fc.property(
        slug,
        slug,
        fc.string({ maxLength: 90 }),
        fc.string({ maxLength: 90 }),
        (s1, s2, n1, n2) => {
          fc.pre(s1 !== s2 || n1 !== n2)
          expect(exposedName(s1, n1)).not.toBe(exposedName(s2, n2))
        },
      ),
    )
  })
})

test('both media types must be named in Accept', () => {
  expect(missingMediaTypes('application/json, text/event-stream')).toEqual([])
  expect(missingMediaTypes('Text/Event-Stream;q=0.5 , application/json;v=1')).toEqual([])
  expect(missingMediaTypes('*/*')).toEqual(['application/json', 'text/event-stream'])
  expect(missingMediaTypes(undefined)).toHaveLength(2)
  expect(missingMediaTypes('application/json')).toEqual(['text/event-stream'])
})

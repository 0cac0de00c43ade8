// The document describes every operation, holds together, and is the same every time.

import { codes } from '@gatehouse/errors'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { openApi } from './openapi.ts'
import { failures, operations } from './operations.ts'

const document = openApi('https://registry.example', '1.2.3')

/** Every `$ref` anywhere in a value. */
function refs(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) =>
    name === '$ref' ? [String(member)] : refs(member),
  )
}

test('is OpenAPI 3.1 with an operation for each row', () => {
  expect(document.openapi).toMatch(/^3\.1\./)
  const described = Object.values(document.paths).flatMap((path) => Object.values(path))
  expect(described.map(({ operationId }) => operationId).sort()).toEqual(
    operations.map(({ id }) => id).sort(),
  )
})

test('refers only to schemas that it holds', () => {
  const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)
  expect(refs(document).length).toBeGreaterThan(100)
  expect(refs(document).filter((ref) => !known.includes(ref))).toEqual([])
  expect(JSON.stringify(document)).not.toContain('$defs')
})

/** Where a schema takes lists of any length: each wrong item of a megabyte is told, which takes seconds. */
function endless(schema: unknown, at: string): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const here = 'items' in schema && !('maxItems' in schema) ? [at] : []
  return Object.entries(schema).reduce(
    (all, [name, member]) => all.concat(endless(member, `${at}.${name}`)),
    here,
  )
}

test('takes no list without an end', () => {
  const bodies = operations.flatMap(({ id, body }) =>
    body ? endless(z.toJSONSchema(body, { io: 'input' }), id) : [],
  )
  expect(bodies).toEqual([])
})

test('declares each parameter of a path', () => {
  for (const { path, params } of operations) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect([path, Object.keys(params?.shape ?? {})]).toEqual([path, inPath])
  }
})

test('has a response for the status of every code that an operation answers, and for a missing key', () => {
  for (const operation of operations) {
    const responses = document.paths[operation.path]?.[operation.method]?.responses
    const statuses = Object.keys(responses ?? {}).map(Number)
    const expected = failures(operation).map((code) => codes[code].status)
    expect(statuses).toEqual(expect.arrayContaining([...expected, 403]))
    expect([operation.id, statuses.includes(401)]).toEqual([operation.id, operation.permission !== undefined])
  }
})

test('shows header values as written only: never anything but the mask in an answer', () => {
  expect(document.components.schemas.McpServer).toMatchObject({
    properties: { headers: { items: { properties: { value: { const: '***' } } } } },
  })
})

test('is the same every time it is made', () => {
  expect(JSON.stringify(openApi('https://registry.example', '1.2.3'))).toBe(JSON.stringify(document))
})

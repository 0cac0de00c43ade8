// Errors name whose side they are and land on their fields.

import { expect, test } from 'vitest'
import { ApiError, errorOf, fieldOf, halves, healsAfter, sideOf } from './api-error.ts'

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'X-Request-Id': 'r-1' } })

test('an ErrorResponse keeps its code, sentence and request id', async () => {
  const error = await errorOf(
    json(422, { code: 'slug_taken', detail: 'Choose another slug: it was in use', status: 422 }),
  )
  expect(error).toMatchObject({ status: 422, code: 'slug_taken', requestId: 'r-1' })
  expect(halves(error.detail)).toEqual({ todo: 'Choose another slug', what: 'it was in use' })
})

test('flat refusals and answers that are no JSON get a sentence', async () => {
  expect(await errorOf(json(401, { error: 'Unauthorized' }))).toMatchObject({ code: 'unauthorized' })
  expect(
    (await errorOf(json(403, { error: 'Forbidden', detail: 'the permission x is missing' }))).detail,
  ).toBe('the permission x is missing')
  expect(await errorOf(new Response('<html>', { status: 504 }))).toMatchObject({
    code: 'http_504',
    requestId: null,
  })
})

test("a server's fault is the server's, ours is ours, a dead line is the network's", () => {
  expect(sideOf({ status: 502, code: 'upstream_unreachable' })).toBe('the server')
  expect(sideOf({ status: 503, code: 'database_unavailable' })).toBe('the gateway')
  expect(sideOf({ status: 422, code: 'url_not_allowed' })).toBe('your input')
  expect(sideOf({ status: 0, code: 'network' })).toBe('the network')
})

test('what may heal is asked again, what was refused is not', () => {
  const after = (status: number, code: string) =>
    healsAfter(new ApiError({ status, code, detail: '', requestId: null }))
  expect(after(503, 'registry_unreachable')).toBe(3_000)
  expect(after(0, 'network')).toBe(3_000)
  expect(after(502, 'upstream_unreachable')).toBe(15_000)
  expect(after(404, 'mcp_server_not_found')).toBe(false)
  expect(healsAfter(new Error('a bug'))).toBe(false)
})

test('field errors land on their fields', () => {
  const fields = ['name', 'url', 'headers', 'slug']
  const detail = (text: string) => `Provide a valid JSON request body matching the documented schema: ${text}`
  expect(fieldOf({ code: 'url_not_allowed', detail: '' }, fields)).toBe('url')
  expect(fieldOf({ code: 'invalid_header', detail: '' }, fields)).toBe('headers')
  expect(
    fieldOf({ code: 'missing_required_field', detail: "Set 'name' to text: 'name' is required" }, fields),
  ).toBe('name')
  expect(fieldOf({ code: 'invalid_request_body', detail: detail('slug: lower-case letters') }, fields)).toBe(
    'slug',
  )
  expect(
    fieldOf({ code: 'invalid_request_body', detail: detail('body: is no object') }, fields),
  ).toBeUndefined()
  expect(fieldOf({ code: 'database_unavailable', detail: "'name'" }, fields)).toBeUndefined()
})

// For tests: holds live answers to the documentation. What comes over HTTP must be what the table of operations says.

import { type Code, codes } from '@gatehouse/errors'
import { errorResponse, failures, flatError, type Operation, operations } from '@gatehouse/registry-api'
import { expect } from 'vitest'

/** The operation that a request means; fixed segments win over parameters. */
export function operationOf(method: string, pathname: string): Operation | undefined {
  const served = operations.filter(
    (operation) => operation.method === method.toLowerCase() && pattern(operation).test(pathname),
  )
  return served.sort((a, b) => holes(a) - holes(b))[0]
}

const holes = ({ path }: Operation) => path.split('{').length
const pattern = ({ path }: Operation) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`)

/** Fails on a status, a code, a member or a notice that the documentation of the operation doesn't have. */
export function expectDocumented(method: string, url: string, response: Response, text: string): void {
  const operation = operationOf(method, new URL(url).pathname)
  if (operation === undefined) throw new Error(`${method} ${url} is not documented`)
  const { status, headers } = response
  const type = headers.get('content-type')
  const answer = operation.answers[status]
  const notice = headers.get('gatehouse-notice')
  if (notice !== null) expect([operation.id, notice]).toEqual([operation.id, answer?.notice])
  if (answer && operation.versioned) expect(headers.get('etag')).toMatch(/^"[\w-]{22}"$/)
  if (answer?.schema) {
    expect(type).toMatch(/^application\/json(;|$)/)
    const body: unknown = JSON.parse(text)
    // Parsing drops members that the schema lacks, so that those are noticed too.
    expect(answer.schema.parse(body)).toEqual(body)
  } else if (answer?.lines) {
    expect(type).toMatch(/^application\/x-ndjson(;|$)/)
    const lines: unknown[] = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    expect(answer.lines.array().parse(lines)).toEqual(lines)
  } else if (answer) {
    expect([text, type]).toEqual(['', null])
  } else expectFailure(operation, status, JSON.parse(text))
}

function expectFailure(operation: Operation, status: number, body: unknown): void {
  if (operation.permission !== undefined && (status === 401 || status === 403)) {
    const flat = flatError.strict().safeParse(body)
    if (flat.success) return
  }
  const { code, type, status: inBody } = errorResponse.parse(body)
  expect([operation.id, failures(operation)]).toEqual([operation.id, expect.arrayContaining([code])])
  expect([codes[code as Code].status, inBody]).toEqual([status, status]) // the line above found it in the table
  expect(new URL(type).pathname).toBe(`/errors/${code}`)
}

import { describe, expect, test } from 'vitest'
import { AppError, codes, renderErrorPage, renderErrorResponse, renderRpcError, toAppError } from './index.ts'

describe('an AppError', () => {
  const error = new AppError('mcp_server_not_found', { cause: new Error('canary in the cause') })

  test('reads "what to do: what happened" and keeps its cause out of every answer', () => {
    const body = renderErrorResponse(error, 'https://registry.example')
    expect(body).toEqual({
      type: 'https://registry.example/errors/mcp_server_not_found',
      code: 'mcp_server_not_found',
      detail: 'Verify the server ID and that the calling identity has access: MCP server not found',
      status: 404,
    })
    expect(JSON.stringify([body, renderRpcError(error, 1, 'r-1')])).not.toContain('canary')
  })

  test('carries code and request id to MCP clients', () => {
    expect(renderRpcError(new AppError('denied'), 'a', 'r-2')).toMatchObject({
      id: 'a',
      error: { code: 1001, data: { code: 'denied', request_id: 'r-2' } },
    })
  })
})

test('an unexpected error becomes internal_error', () => {
  expect(toAppError(new TypeError('x')).code).toBe('internal_error')
})

test('every code has a page that names its status and what to do', () => {
  for (const [code, row] of Object.entries(codes)) {
    const page = renderErrorPage(code as keyof typeof codes) // the keys of the table itself
    expect(page).toContain(`# ${code}`)
    expect(page).toContain(String(row.status))
    expect(page).toContain(row.todo)
  }
})

// One renderer per audience: the registry's HTTP clients, and MCP clients at the gateway.

import type { AppError } from './app-error.ts'
import { codes } from './codes.ts'

/** The published contract's `ErrorResponse`; `type` resolves to our documentation of the code. */
export interface ErrorResponse {
  readonly type: string
  readonly code: string
  readonly detail: string
  readonly status: number
}

/** @param publicUrl the registry's own public address, without a trailing slash */
export function renderErrorResponse(error: AppError, publicUrl: string): ErrorResponse {
  return {
    type: `${publicUrl}/errors/${error.code}`,
    code: error.code,
    detail: error.message,
    status: error.status,
    ...error.data,
  }
}

/** A JSON-RPC error response with `data: {code, request_id}`, for a message whose id could be read. */
export function renderRpcError(error: AppError, id: string | number | null, requestId: string) {
  return {
    jsonrpc: '2.0' as const,
    id,
    error: {
      code: error.rpcCode,
      message: error.message,
      data: { code: error.code, request_id: requestId, ...error.data },
    },
  }
}

/** The page that documents a code, as Markdown: what `docs/errors/` holds and `/errors/{code}` serves. */
export function renderErrorPage(code: keyof typeof codes): string {
  const row: { status: number; todo: string; what: string; rpc?: number } = codes[code]
  const rpc = row.rpc === undefined ? '' : `\n- JSON-RPC code at the gateway: ${row.rpc}`
  return `# ${code}\n\n- HTTP status: ${row.status}${rpc}\n\n**What happened.** ${capital(row.what)}.\n\n**What to do.** ${row.todo}.\n`
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

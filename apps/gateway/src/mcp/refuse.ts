// How a refusal looks on the wire: flat where no id could be read, else a JSON-RPC error with that id.

import type { ServerResponse } from 'node:http'
import { type AppError, AuthError, renderFlat, renderRpcError } from '@gatehouse/errors'

/** @param idRaw the message's id as it was written; undefined where there is none to answer to */
export function refuse(
  response: ServerResponse,
  error: AppError | AuthError,
  requestId: string,
  idRaw: string | undefined,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  if (error instanceof AuthError) {
    response.setHeader('WWW-Authenticate', 'Bearer realm="gatehouse"')
    return sendJson(response, error.status, JSON.stringify(renderFlat(error)))
  }
  if (error.retryAfterS !== undefined) response.setHeader('Retry-After', String(error.retryAfterS))
  if (idRaw === undefined) return sendJson(response, error.status, JSON.stringify({ error: error.message }))
  return sendJson(response, error.status, withRawId(renderRpcError(error, null, requestId), idRaw))
}

/** A JSON-RPC answer whose id is repeated exactly as it came, whatever number it is. */
export function withRawId(
  message: { readonly jsonrpc: '2.0' } & Record<string, unknown>,
  idRaw: string,
): string {
  const { jsonrpc, id: _, ...rest } = message
  return `{"jsonrpc":"${jsonrpc}","id":${idRaw},${JSON.stringify(rest).slice(1)}`
}

export function sendJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...ownHeaders,
  })
  response.end(body)
}

/** One address means different servers to different keys: nothing of it may be cached. */
export const ownHeaders = {
  'Cache-Control': 'no-store, no-transform',
  Vary: 'Authorization, X-Api-Key',
} as const

// Collects a request's body, at most 4 MiB and within its time.

import type { IncomingMessage } from 'node:http'
import { AppError } from '@gatehouse/errors'
import type { McpRequest } from './mcp-request.ts'

export const maxBodyBytes = 4 * 1024 * 1024

/** Exactly JSON in UTF-8. @throws AppError unsupported_media_type */
export function checkMediaType(request: IncomingMessage): void {
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/json[ \t]*(;[ \t]*charset="?utf-8"?[ \t]*)?$/i.test(type))
    throw new AppError('unsupported_media_type')
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    throw new AppError('unsupported_media_type', { what: 'compressed bodies are not taken' })
}

/**
 * A small body nearly always came with its head, and is there for `takeBody` once the parser is done with what it was given: at the
 * next turn of the promises. One that isn't there then has to be collected.
 * @throws AppError payload_too_large
 */
export function expectBody(request: McpRequest): void {
  const length = Number(request.headers['content-length'] ?? -1)
  if (length > maxBodyBytes) throw tooLarge()
  request.keepBody()
}

/** All of it. @throws AppError payload_too_large; parse_error when the client breaks off or is too slow */
export async function readBody(request: McpRequest, timeoutMs: number): Promise<Buffer> {
  expectBody(request)
  await undefined
  return request.takeBody() ?? collectBody(request, timeoutMs)
}

/** Rejects as readBody does. */
export function collectBody(request: IncomingMessage, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const timer = setTimeout(
      () => fail(new AppError('parse_error', { what: 'the body did not arrive in time' })),
      timeoutMs,
    )
    const fail = (error: AppError) => {
      clearTimeout(timer)
      request.removeAllListeners('data')
      request.resume()
      reject(error)
    }
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBodyBytes) fail(tooLarge())
      else chunks.push(chunk)
    })
    request.once('end', () => {
      clearTimeout(timer)
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
    })
    request.once('error', (cause) => fail(new AppError('parse_error', { what: 'the body broke off', cause })))
  })
}

/** What is left of a refused body is read away for a while, so that the client can see why; then its connection goes. */
export function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return
  const timer = setTimeout(() => request.destroy(), 2_000)
  request.once('close', () => clearTimeout(timer))
  request.resume()
}

const tooLarge = () => new AppError('payload_too_large', { what: `the body is over ${maxBodyBytes} bytes` })

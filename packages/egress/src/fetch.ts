// One request on a connection of its own, for small documents (OAuth discovery, token endpoints). No redirects.

import { AppError } from '@gatehouse/errors'
import type { Pool } from 'undici'
import { toUpstreamError } from './outcome.ts'

export interface FetchInit {
  readonly method?: string
  readonly headers?: ConstructorParameters<typeof Headers>[0]
  readonly body?: string | Uint8Array | URLSearchParams | null
  readonly signal?: AbortSignal | null
  /** For the whole exchange, 10 s unless told. */
  readonly timeoutMs?: number
  /** Of the answer, 1 MiB unless told. */
  readonly maxBytes?: number
}

/**
 * @throws AppError url_not_allowed, upstream_unreachable, upstream_timeout; upstream_invalid for a redirect, a
 * compressed answer or one over the limit; the reason of `signal` when that ends it
 */
export async function fetchOnce(pool: Pool, url: URL, init: FetchInit): Promise<Response> {
  const timeout = AbortSignal.timeout(init.timeoutMs ?? 10_000)
  try {
    const headers = new Headers(init.headers)
    headers.set('accept-encoding', 'identity')
    if (!headers.has('user-agent')) headers.set('user-agent', 'gatehouse')
    if (init.body instanceof URLSearchParams && !headers.has('content-type')) {
      headers.set('content-type', 'application/x-www-form-urlencoded')
    }
    const answer = await pool.request({
      path: url.pathname + url.search,
      method: init.method ?? 'GET',
      headers: [...headers].flat(),
      body: init.body instanceof URLSearchParams ? init.body.toString() : (init.body ?? null),
      signal: init.signal ? AbortSignal.any([init.signal, timeout]) : timeout,
      responseHeaders: 'raw',
    })
    // responseHeaders 'raw' makes undici give names and values in turn, which its type doesn't tell
    const received = pairs(answer.headers as unknown as readonly (string | Buffer)[])
    refuseDetours(answer.statusCode, received)
    const body = await readBody(answer.body, init.maxBytes ?? 1024 * 1024)
    const empty = [204, 205, 304].includes(answer.statusCode)
    return new Response(empty ? null : body, { status: answer.statusCode, headers: received })
  } catch (thrown) {
    init.signal?.throwIfAborted()
    throw toUpstreamError(thrown)
  } finally {
    void pool.destroy()
  }
}

/** The bytes of a body, counted as they arrive. @throws AppError upstream_invalid past `maxBytes` */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) {
      throw new AppError('upstream_invalid', { what: `its answer is larger than ${maxBytes} bytes` })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** @throws AppError upstream_invalid for a redirect, or for an encoding that we did not ask for */
export function refuseDetours(status: number, headers: Headers): void {
  if ([301, 302, 303, 307, 308].includes(status)) {
    throw new AppError('upstream_invalid', { what: 'it answered with a redirect, which is not followed' })
  }
  const encoding = headers.get('content-encoding')
  if (encoding && encoding.toLowerCase() !== 'identity') {
    throw new AppError('upstream_invalid', { what: 'it compressed the answer although asked not to' })
  }
}

function pairs(raw: readonly (string | Buffer)[]): Headers {
  const headers = new Headers()
  for (let i = 0; i + 1 < raw.length; i += 2) headers.append(String(raw[i]), String(raw[i + 1]))
  return headers
}

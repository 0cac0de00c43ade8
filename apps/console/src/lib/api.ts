// One request of a page to the registry, through the console's own origin. What went wrong becomes an ApiError.

import { ApiError, errorOf } from './api-error.ts'

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Selects among the person's workspaces. */
  readonly workspaceId?: string | undefined
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
  readonly idempotencyKey?: string
  /** The version that a change began from. */
  readonly ifMatch?: string | undefined
}

export interface Answered<T> {
  readonly data: T
  /** Of the header Gatehouse-Notice. */
  readonly notice: string | null
  readonly etag: string | null
}

/** What people edit, with the version that a change of it begins from. */
export type Versioned<T> = T & { readonly etag: string }

/**
 * The answer's JSON, typed by the caller: the registry's tests hold it to the same schemas.
 * @param path below /api, for instance `/registry/v1/me`
 * @throws ApiError
 */
export async function ask<T>(path: string, options: Ask = {}): Promise<T> {
  return (await askFully<T>(path, options)).data
}

/** The same with what the headers say. @throws ApiError */
export async function askFully<T>(path: string, options: Ask = {}): Promise<Answered<T>> {
  const response = await send(path, options)
  if (!response.ok) throw await errorOf(response)
  const text = await response.text()
  const data = (text === '' ? undefined : JSON.parse(text)) as T // see above
  return {
    data,
    notice: response.headers.get('Gatehouse-Notice'),
    etag: response.headers.get('ETag'),
  }
}

/** Of an operation that tells versions. @throws ApiError; version_conflict where `ifMatch` no longer holds */
export async function askVersioned<T extends object>(path: string, options: Ask = {}): Promise<Versioned<T>> {
  const { data, etag } = await askFully<T>(path, options)
  return { ...data, etag: etag ?? '' }
}

/** The response as it comes, for streams. @throws ApiError where nothing answered */
export async function send(path: string, options: Ask): Promise<Response> {
  const { method = 'GET', workspaceId, body, signal, idempotencyKey, ifMatch } = options
  const headers = new Headers()
  if (body !== undefined) headers.set('Content-Type', 'application/json')
  if (workspaceId !== undefined) headers.set('X-Workspace-Id', workspaceId)
  if (idempotencyKey !== undefined) headers.set('Idempotency-Key', idempotencyKey)
  if (ifMatch !== undefined) headers.set('If-Match', ifMatch)
  try {
    return await fetch(`/api${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
      cache: 'no-store',
    })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new ApiError({
      status: 0,
      code: 'network',
      detail: 'Check your connection and that the console runs: nothing answered',
      requestId: null,
    })
  }
}

/** Repeating a request with the same one of these creates nothing twice. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}

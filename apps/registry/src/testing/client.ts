// For tests: a client that holds every answer it gets to the documentation.

import { expectDocumented } from './documented.ts'

/** Any answer; tests look at the members that they expect. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** An object without members where there is no JSON body. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface AskOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** `ask('POST', '/v1/…', { body })` with this key. Fails on whatever the documentation doesn't have. */
export const client =
  (baseUrl: string, key: string) =>
  async (method: string, path: string, options: AskOptions = {}): Promise<Answer> => {
    const { body, headers } = options
    const url = baseUrl + path
    const json = body !== undefined && { 'content-type': 'application/json' }
    const response = await fetch(url, {
      method,
      headers: { 'x-api-key': key, ...json, ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    expectDocumented(method, url, response, text)
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} }
  }

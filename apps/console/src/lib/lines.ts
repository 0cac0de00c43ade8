// An answer that comes line by line, each a JSON value, while the registry works on it.

import { type Ask, send } from './api.ts'
import { ApiError, errorOf } from './api-error.ts'

/**
 * Reads until the answer ends. Lines are typed by the caller: the registry's tests hold them to the same schemas.
 * @throws ApiError where it does not begin, or breaks off
 */
export async function readLines<T>(path: string, options: Ask, onLine: (line: T) => void): Promise<void> {
  const response = await send(path, options)
  if (!response.ok || response.body === null) throw await errorOf(response)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const lines = (rest + value).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') onLine(JSON.parse(line) as T) // see above
    }
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw new ApiError({
      ...{ status: 0, code: 'network', requestId: response.headers.get('X-Request-Id') },
      detail: 'Try again: the answer broke off',
    })
  }
}

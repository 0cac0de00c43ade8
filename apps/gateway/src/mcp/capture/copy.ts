// Copies of a captured call's bytes, as many as are kept, and of the head of its answer. The answer is copied where it is written,
// whoever writes it and whatever came before.

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { StringDecoder } from 'node:string_decoder'
import type { CapturedSide } from '@gatehouse/registry-api'
import { maskHeaders, maskText } from './mask.ts'

/** Of each side. */
export const maxBodyBytes = 64 * 1024

export class Copy {
  readonly #chunks: Buffer[] = []
  #size = 0
  #truncated = false

  take(chunk: Buffer): void {
    const rest = chunk.subarray(0, maxBodyBytes - this.#size)
    if (rest.length < chunk.length) this.#truncated = true
    if (rest.length === 0) return
    this.#chunks.push(Buffer.from(rest))
    this.#size += rest.length
  }

  /** Without half a character at its end. */
  text(secrets: readonly string[]): Omit<CapturedSide, 'headers'> {
    const text = new StringDecoder('utf8').write(Buffer.concat(this.#chunks))
    return { ...maskText(text, secrets, this.#truncated), truncated: this.#truncated }
  }
}

export interface CopiedAnswer {
  readonly body: Copy
  /** Once its head is written. */
  headers(): CapturedSide['headers']
}

/** From here on this one response is copied as it is written; others know nothing of it. */
export function copyAnswer(response: ServerResponse): CopiedAnswer {
  const body = new Copy()
  let written: readonly string[] = []
  const take = (chunk: unknown, encoding: unknown) => {
    if (Buffer.isBuffer(chunk)) body.take(chunk)
    else if (typeof chunk === 'string')
      body.take(Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')) // Node refuses others
  }
  const passing = <Name extends 'write' | 'end' | 'writeHead'>(
    name: Name,
    see: (args: readonly unknown[]) => void,
  ) => {
    const own = response[name].bind(response) as (...args: unknown[]) => unknown
    // Overloads differ in arguments only, and those pass as they are.
    response[name] = ((...args: unknown[]) => {
      see(args)
      return own(...args)
    }) as ServerResponse[Name]
  }
  passing('write', ([chunk, encoding]) => take(chunk, encoding))
  passing('end', ([chunk, encoding]) => take(chunk, encoding))
  passing('writeHead', (args) => {
    const headers = args.find((arg) => typeof arg === 'object')
    // A list of names and values is not kept by Node unless some were set before.
    if (Array.isArray(headers)) written = [...headers.map(String)]
    else if (headers) written = listed(headers as OutgoingHttpHeaders) // what writeHead takes
  })
  return {
    body,
    headers() {
      const set = listed(response.getHeaders())
      return maskHeaders(set.length > 0 ? set : written)
    },
  }
}

const listed = (headers: OutgoingHttpHeaders): string[] =>
  Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((one) => [name, String(one)]),
  )

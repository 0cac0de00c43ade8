// A request whose body, where it came in one piece, is there as it came: nearly all are small and come along with their head, and
// the machinery of streams costs more than what we do with them. Made by the HTTP server in app.ts; read by read-body.ts.

import type { Socket } from 'node:net'
import { http } from '../node-http.ts'

/**
 * Members for all headers that we or clients use often, so that headers which come in another order, or only some of them, don't make
 * an object of another form: code that is compiled for one form is compiled again for each other.
 */
const noHeaders = () => ({
  host: undefined,
  connection: undefined,
  'content-type': undefined,
  'content-length': undefined,
  'content-encoding': undefined,
  'transfer-encoding': undefined,
  accept: undefined,
  'accept-encoding': undefined,
  'accept-language': undefined,
  'user-agent': undefined,
  'x-api-key': undefined,
  authorization: undefined,
  'mcp-protocol-version': undefined,
  'mcp-session-id': undefined,
  'mcp-method': undefined,
  'mcp-name': undefined,
  'last-event-id': undefined,
  origin: undefined,
  traceparent: undefined,
  via: undefined,
  expect: undefined,
  upgrade: undefined,
  'sec-fetch-mode': undefined,
  'x-forwarded-for': undefined,
  'x-forwarded-host': undefined,
  'x-forwarded-proto': undefined,
  'access-control-request-method': undefined,
  'access-control-request-headers': undefined,
})

export class McpRequest extends http.IncomingMessage {
  #keeps = false
  #body: Buffer | undefined
  /** The parser said that the message is over. */
  #ended = false

  constructor(socket: Socket) {
    super(socket)
    this.headers = noHeaders() // which Node then fills
  }

  /** From here on the body is kept for `takeBody`, if it comes in one piece; until somebody reads it as a stream. */
  keepBody(): void {
    this.#keeps = true
  }

  /** The whole body, where it is there. Then there is nothing left to read. */
  takeBody(): Buffer | undefined {
    const body = this.#body
    this.#body = undefined
    return body
  }

  /** Called by the parser: what came, or null at the end. */
  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    if (!this.#keeps) return super.push(chunk, encoding)
    if (chunk === null) {
      this.#ended = true
      return false
    }
    if (this.#body === undefined && chunk.length === Number(this.headers['content-length'])) {
      this.#body = chunk
      return true
    }
    this.#stream()
    return super.push(chunk, encoding)
  }

  override _read(size: number): void {
    if (this.#keeps) this.#stream()
    super._read(size)
  }

  /** Nobody waits for the end of what was taken whole. */
  override resume(): this {
    return this.#keeps && this.#ended && this.#body === undefined ? this : super.resume()
  }

  /** Gives what was kept to whoever reads. */
  #stream(): void {
    this.#keeps = false
    if (this.#body !== undefined) super.push(this.#body)
    this.#body = undefined
    if (this.#ended) super.push(null)
  }
}

// A request whose body, where it came in one piece, is there as it came: nearly all are small and come along with their head, and
// the machinery of streams costs more than what we do with them. Made by the HTTP server in app.ts; read by read-body.ts.

import { IncomingMessage } from 'node:http'

export class McpRequest extends IncomingMessage {
  #keeps = false
  #body: Buffer | undefined
  /** The parser said that the message is over. */
  #ended = false

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

// Looks into an answer only to know how the call went: one JSON body, or the last event of a stream, up to 64 KiB.

import type { Outcome } from '../call.ts'

const limit = 64 * 1024

export interface Judgement {
  readonly outcome: Outcome
  readonly errorCode: string | undefined
}

export class OutcomeReader {
  readonly #isStream: boolean
  readonly #status: number
  readonly #chunks: Buffer[] = []
  #size = 0
  #cut = false

  constructor(contentType: string | undefined, status: number) {
    this.#isStream = contentType?.startsWith('text/event-stream') === true
    this.#status = status
  }

  take(chunk: Buffer): void {
    const chunks = this.#chunks
    chunks.push(chunk)
    this.#size += chunk.length
    while (this.#isStream && chunks.length > 1 && this.#size - (chunks[0]?.length ?? 0) > limit) {
      this.#size -= chunks.shift()?.length ?? 0
      this.#cut = true
    }
    if (!this.#isStream && this.#size > limit) {
      chunks.length = 0
      this.#cut = true
    }
  }

  /** Once, at the end. */
  read(): Judgement {
    if (this.#size === 0)
      return { outcome: this.#status < 400 ? 'ok' : 'protocol_error', errorCode: undefined }
    if (!this.#isStream && this.#cut) return { outcome: 'unknown', errorCode: undefined }
    const [first] = this.#chunks
    const bytes = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks)
    const text = bytes.toString('utf8')
    return judge(this.#isStream ? lastEvent(text) : text)
  }
}

function lastEvent(text: string): string {
  // Nearly always it is the only one, of one line.
  const only = text.indexOf('data:')
  if (only === text.lastIndexOf('data:') && (only === 0 || text[only - 1] === '\n')) {
    const end = text.indexOf('\n', only)
    return text.slice(only + 5, end < 0 ? undefined : end)
  }
  const events = text.split(/\r?\n\r?\n/).filter((event) => /^data:/m.test(event))
  const last = events.at(-1) ?? ''
  return last
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trimStart())
    .join('\n')
}

/** How the call went, by its JSON-RPC response. */
export function judge(text: string): Judgement {
  try {
    const message: unknown = JSON.parse(text)
    const { error, result } = (Array.isArray(message) ? message.at(-1) : message) as {
      error?: { code?: number }
      result?: { isError?: boolean; resultType?: string }
    } // read defensively: every member may be missing
    if (error) return { outcome: 'protocol_error', errorCode: String(error.code ?? 'unknown') }
    if (result?.isError === true) return { outcome: 'tool_error', errorCode: undefined }
    if (result?.resultType === 'input_required') return { outcome: 'input_required', errorCode: undefined }
    return { outcome: 'ok', errorCode: undefined }
  } catch {
    return { outcome: 'unknown', errorCode: undefined }
  }
}

// Looks into an answer only to know how the call went: one JSON body, or the last event of a stream, up to 64 KiB.

import type { Outcome } from '../call.ts'

const limit = 64 * 1024

export interface OutcomeReader {
  take(chunk: Buffer): void
  /** Once, at the end. */
  read(): { outcome: Outcome; errorCode: string | undefined }
}

export function createOutcomeReader(contentType: string, status: number): OutcomeReader {
  const isStream = contentType.startsWith('text/event-stream')
  const chunks: Buffer[] = []
  let size = 0
  let cut = false
  return {
    take(chunk) {
      chunks.push(chunk)
      size += chunk.length
      while (isStream && chunks.length > 1 && size - (chunks[0]?.length ?? 0) > limit) {
        size -= chunks.shift()?.length ?? 0
        cut = true
      }
      if (!isStream && size > limit) {
        chunks.length = 0
        cut = true
      }
    },
    read() {
      if (size === 0) return { outcome: status < 400 ? 'ok' : 'protocol_error', errorCode: undefined }
      if (!isStream && cut) return { outcome: 'unknown', errorCode: undefined }
      const text = Buffer.concat(chunks).toString('utf8')
      return judge(isStream ? lastEvent(text) : text)
    },
  }
}

function lastEvent(text: string): string {
  const events = text.split(/\r?\n\r?\n/).filter((event) => /^data:/m.test(event))
  const last = events.at(-1) ?? ''
  return last
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trimStart())
    .join('\n')
}

/** How the call went, by its JSON-RPC response. */
export function judge(text: string): { outcome: Outcome; errorCode: string | undefined } {
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

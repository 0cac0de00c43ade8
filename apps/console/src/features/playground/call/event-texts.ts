// The data of each server-sent event, as it comes. Upstreams end their lines in any of the three ways.

import { parseEvent } from '#lib/events.ts'

export async function* eventTexts(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  let half = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const piece = half + value
      // A carriage return at the end may be half of a line's end.
      half = piece.endsWith('\r') ? '\r' : ''
      const from = Math.max(0, rest.length - 1)
      rest += piece.slice(0, piece.length - half.length).replace(/\r\n?/g, '\n')
      for (let end = rest.indexOf('\n\n', from); end >= 0; end = rest.indexOf('\n\n')) {
        for (const event of parseEvent(rest.slice(0, end))) yield event.data
        rest = rest.slice(end + 2)
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}

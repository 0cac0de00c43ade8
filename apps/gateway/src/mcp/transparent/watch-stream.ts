// Knows where an answer stands: between two events, or in the middle of one. Between two of them, keep-alive comments and a
// clean ending may be written; anywhere else they would cut an event in two.

import type { ServerResponse } from 'node:http'

export interface StreamWatch {
  /** The answer is an event stream: from now on a quiet one gets comments. */
  startComments(everyMs: number): void
  saw(chunk: Buffer): void
  /** Nothing came yet, or an empty line came last. */
  atBoundary(): boolean
  /** Bytes of the event that has not ended, or of the whole answer where it is none of events. */
  pending(): number
  stop(): void
}

export function watchStream(response: ServerResponse): StreamWatch {
  let timer: NodeJS.Timeout | undefined
  // As after an empty line: nothing is half there.
  let between = true
  let newlines = 0
  let pending = 0
  return {
    startComments(everyMs) {
      timer = setInterval(() => {
        // Not before the first event either: a stream may begin with a byte order mark.
        if (newlines >= 2 && !response.writableNeedDrain) response.write(':\n\n')
      }, everyMs)
    },
    saw(chunk) {
      const ended = newlines > 0 && chunk[chunk[0] === 0x0d ? 1 : 0] === 0x0a
      for (let i = Math.max(0, chunk.length - 4); i < chunk.length; i += 1) {
        if (chunk[i] === 0x0a) newlines += 1
        else if (chunk[i] !== 0x0d) newlines = 0
      }
      between = newlines >= 2
      if (timer === undefined) {
        pending += chunk.length
        return
      }
      timer.refresh()
      pending =
        between || ended || chunk.includes('\n\n') || chunk.includes('\r\n\r\n') ? 0 : pending + chunk.length
    },
    atBoundary: () => between,
    pending: () => pending,
    stop: () => clearInterval(timer),
  }
}

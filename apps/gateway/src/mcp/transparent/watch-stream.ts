// Knows where an event stream stands: between two events, or in the middle of one. Between two of them, keep-alive comments and a
// clean ending may be written; anywhere else they would cut an event in two.

import type { ServerResponse } from 'node:http'

export interface StreamWatch {
  saw(chunk: Buffer): void
  /** Nothing came yet, or an empty line came last. */
  atBoundary(): boolean
  /** Bytes of the event that has not ended. */
  pending(): number
  stop(): void
}

/** @param commentEveryMs a stream that is quiet for so long gets a comment */
export function watchStream(response: ServerResponse, commentEveryMs: number): StreamWatch {
  // As after an empty line: nothing is half there.
  let between = true
  let newlines = 0
  let pending = 0
  const timer = setInterval(() => {
    // Not before the first event either: a stream may begin with a byte order mark.
    if (newlines >= 2 && !response.writableNeedDrain) response.write(':\n\n')
  }, commentEveryMs)
  return {
    saw(chunk) {
      const ended = newlines > 0 && chunk[chunk[0] === 0x0d ? 1 : 0] === 0x0a
      for (let i = Math.max(0, chunk.length - 4); i < chunk.length; i += 1) {
        if (chunk[i] === 0x0a) newlines += 1
        else if (chunk[i] !== 0x0d) newlines = 0
      }
      between = newlines >= 2
      timer.refresh()
      pending =
        between || ended || chunk.includes('\n\n') || chunk.includes('\r\n\r\n') ? 0 : pending + chunk.length
    },
    atBoundary: () => between,
    pending: () => pending,
    stop: () => clearInterval(timer),
  }
}

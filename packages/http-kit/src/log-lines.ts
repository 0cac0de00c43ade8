// Where the log of an app goes. What can not be written is lost, and nothing but that: a full disk, or a reader that is gone or
// stands still, is no reason to end, to wait or to fill the memory.

import { write, writeSync } from 'node:fs'

/** In characters; further lines are lost. */
const maxWaiting = 1024 * 1024
/** To a pipe that is full. */
const againMs = 20

/** A destination for pino: lines leave in their order, many at once where there are many. @param fd standard output unless told */
export function logLines(fd: number = process.stdout.fd ?? 1): { write(line: string): void } {
  let waiting = ''
  let leaving = Buffer.alloc(0)
  let isFull = false
  const leave = () => {
    isFull = false
    write(fd, leaving, (error, written) => {
      isFull = error?.code === 'EAGAIN'
      if (isFull) return void setTimeout(leave, againMs).unref()
      leaving = error ? Buffer.alloc(0) : leaving.subarray(written)
      if (leaving.length === 0) {
        leaving = Buffer.from(waiting)
        waiting = ''
      }
      if (leaving.length > 0) leave()
      else process.off('exit', leaveAtOnce)
    })
  }
  /** What is on its way already gets there. */
  const leaveAtOnce = () => {
    try {
      let last = Buffer.concat([isFull ? leaving : Buffer.alloc(0), Buffer.from(waiting)])
      while (last.length > 0) last = last.subarray(writeSync(fd, last))
    } catch {}
  }
  return {
    write(line) {
      if (leaving.length > 0) {
        if (leaving.length + waiting.length < maxWaiting) waiting += line
        return
      }
      leaving = Buffer.from(line)
      process.on('exit', leaveAtOnce)
      leave()
    },
  }
}

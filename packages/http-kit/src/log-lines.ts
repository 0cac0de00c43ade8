// Where the log of an app goes. What can not be written is lost, and nothing but that: a full disk, or a reader that is gone or
// stands still, is no reason to end, to wait or to fill the memory.

import { writeSync } from 'node:fs'

/** In characters; further lines are lost. */
const maxWaiting = 1024 * 1024
/** To a pipe that is full. */
const againMs = 20
/** At the end of the process, as often as that: a reader who is only slow gets the last lines. */
const lastTries = 25

/**
 * A destination for pino: the lines of one turn of the event loop leave together, in their order.
 * @param fd standard output unless told; a pipe does not block once it is open as `process.stdout`
 */
export function logLines(fd: number = process.stdout.fd ?? 1): { write(line: string): void } {
  let waiting = ''
  let leaving = Buffer.alloc(0)
  let isPlanned = false
  /** False where a full pipe took no more. */
  const leave = (): boolean => {
    if (waiting !== '') leaving = Buffer.concat([leaving, Buffer.from(waiting)])
    waiting = ''
    try {
      while (leaving.length > 0) leaving = leaving.subarray(writeSync(fd, leaving))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false
      leaving = Buffer.alloc(0)
    }
    return true
  }
  const leaveInTime = () => {
    isPlanned = !leave()
    if (isPlanned) setTimeout(leaveInTime, againMs).unref()
    else process.off('exit', leaveAtEnd)
  }
  const leaveAtEnd = () => {
    const clock = new Int32Array(new SharedArrayBuffer(4))
    for (let tries = 0; !leave() && tries < lastTries; tries += 1) Atomics.wait(clock, 0, 0, againMs)
  }
  return {
    write(line) {
      if (leaving.length + waiting.length < maxWaiting) waiting += line
      if (isPlanned) return
      isPlanned = true
      process.on('exit', leaveAtEnd)
      setImmediate(leaveInTime)
    },
  }
}

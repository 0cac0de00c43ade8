// Tests never sleep for a guessed time: they ask again until something holds, and fail at a deadline.

import { setTimeout } from 'node:timers/promises'

export interface WaitOptions {
  /** 10 s unless told. */
  readonly deadlineMs?: number
  /** For the message of a failure. */
  readonly what?: string
}

/** Resolves with the first truthy value of `condition`. @throws Error past the deadline, with the last thrown error as its cause */
export async function waitFor<T>(condition: () => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
  const { deadlineMs = 10_000, what = condition.toString() } = options
  const end = performance.now() + deadlineMs
  for (;;) {
    let cause: unknown
    try {
      const value = await condition()
      if (value) return value
    } catch (error) {
      cause = error
    }
    if (performance.now() > end) throw new Error(`still not after ${deadlineMs} ms: ${what}`, { cause })
    await setTimeout(10)
  }
}

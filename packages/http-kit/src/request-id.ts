// One id per request: a random base per process and a counter, so that making one costs next to nothing.

import { randomBytes } from 'node:crypto'

const base = randomBytes(9).toString('base64url')
let count = 0

/** A new id, unique over processes; never taken from the client. */
export function newRequestId(): string {
  count += 1
  return `${base}-${count.toString(36)}`
}

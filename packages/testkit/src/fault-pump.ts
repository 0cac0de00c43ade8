// One direction of a connection through the fault proxy: reads, holds back, spoils, passes on.

import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** What happens to one direction of every connection. */
export interface Fault {
  /** Everything arrives so much later, in ms. */
  readonly latencyMs?: number
  readonly bytesPerSecond?: number
  /** Nothing moves; what was sent arrives when the fault is lifted. */
  readonly stall?: boolean
  /** What is sent is taken and never arrives, the end neither; a direction that lost something stays dead. */
  readonly blackHole?: boolean
  /** Resets the connection, towards both sides, once so many bytes have passed. */
  readonly resetAfter?: number
  /** Ends this direction once so many bytes have passed, and leaves the other one open. */
  readonly halfCloseAfter?: number
}

interface Pump {
  readonly from: Socket
  readonly to: Socket
  readonly fault: () => Fault
  /** Resolves when faults were switched. */
  readonly switched: () => Promise<void>
}

interface Piece {
  /** Undefined: the end. */
  readonly bytes: Buffer | undefined
  readonly readAt: number
}

/** Held back at most, per direction; past it the sender feels it. */
const maxHeld = 256 * 1024
const sliceMs = 20

/** Runs until the direction is over. Never rejects. */
export async function pump(parts: Pump): Promise<void> {
  const { from, to } = parts
  const held: Piece[] = []
  let heldBytes = 0
  let broken = false
  let lost = false
  const wait = { come: Promise.withResolvers<void>() }
  const wake = () => {
    wait.come.resolve()
    wait.come = Promise.withResolvers()
  }
  from.on('data', (bytes: Buffer) => {
    held.push({ bytes, readAt: performance.now() })
    heldBytes += bytes.length
    if (heldBytes > maxHeld) from.pause()
    wake()
  })
  from.once('end', () => {
    held.push({ bytes: undefined, readAt: performance.now() })
    wake()
  })
  from.once('close', (failed: boolean) => {
    broken = failed || !from.readableEnded
    wake()
  })
  to.once('close', wake)

  const deliver = createDelivery(parts)
  while (!to.destroyed) {
    const piece = held.shift()
    if (piece === undefined) {
      if (!broken) await wait.come.promise
      else if (!lost && (await passable(parts))) return void to.resetAndDestroy()
      else return
      continue
    }
    heldBytes -= piece.bytes?.length ?? 0
    if (heldBytes <= maxHeld) from.resume()
    await late(parts, piece.readAt)
    if (!(await passable(parts))) lost = true
    if (lost) continue
    if (piece.bytes === undefined) return void to.end()
    await deliver(piece.bytes)
  }
}

/** Waits for the latency, and stops waiting where that is lifted. */
async function late({ fault, switched }: Pump, readAt: number): Promise<void> {
  for (;;) {
    const left = readAt + (fault().latencyMs ?? 0) - performance.now()
    if (left <= 0) return
    await Promise.race([setTimeout(left), switched()])
  }
}

/** Waits out a stall. False where what is to pass is swallowed. */
async function passable({ fault, switched, to }: Pump): Promise<boolean> {
  while (fault().stall && !to.destroyed) await Promise.race([switched(), closed(to)])
  return !fault().blackHole
}

const closed = (socket: Socket) => once(socket, 'close').catch(() => {})

function createDelivery({ from, to, fault, switched }: Pump) {
  let counted: Fault | undefined
  let passed = 0
  let ended = false
  return async (bytes: Buffer): Promise<void> => {
    for (let rest = bytes; rest.length > 0 && !ended && !to.destroyed; ) {
      const now = fault()
      if (now !== counted) {
        counted = now
        passed = 0
      }
      const { bytesPerSecond, resetAfter, halfCloseAfter } = now
      const limit = Math.min(
        resetAfter ?? Number.POSITIVE_INFINITY,
        halfCloseAfter ?? Number.POSITIVE_INFINITY,
      )
      const slice = bytesPerSecond ? Math.max(1, Math.floor((bytesPerSecond * sliceMs) / 1_000)) : rest.length
      const size = Math.min(rest.length, slice, Math.max(0, limit - passed))
      await write(to, rest.subarray(0, size))
      passed += size
      rest = rest.subarray(size)
      if (passed >= limit) {
        if (halfCloseAfter === limit) {
          ended = true
          to.end()
        } else {
          to.resetAndDestroy()
          from.resetAndDestroy()
        }
        return
      }
      if (bytesPerSecond) await Promise.race([setTimeout((size * 1_000) / bytesPerSecond), switched()])
    }
  }
}

/** Resolves when there is room for more, or nobody to write to. */
async function write(to: Socket, bytes: Buffer): Promise<void> {
  if (bytes.length === 0 || to.destroyed || to.writableEnded) return
  await new Promise<void>((resolve) => {
    const done = () => {
      to.off('close', done)
      resolve()
    }
    to.once('close', done)
    to.write(bytes, done)
  })
}

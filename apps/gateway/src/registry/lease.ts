// How long this gateway may go on by what it knows: counted from the moment at which it asked the registry, less a second, and
// looked at whenever something is used. The registry's side of it: apps/registry/src/leases.ts.

import { AppError } from '@gatehouse/errors'

export interface Lease {
  /** Asked at every use, because no timer is sure to run before the next call. */
  holds(): boolean
  /** @throws AppError registry_unreachable past it */
  check(): void
  /** @param askedAt on the monotonic clock @param gateways how many hold one, this one too; as before where it was not said */
  granted(askedAt: number, lengthMs: number, gateways?: number): void
  /** How many gateways share what a key may do. */
  readonly gateways: number
  /** How often it was granted. */
  readonly grants: number
  /** Returned, or the registry counts it as over. */
  end(): void
}

/** Clocks don't run alike. */
const marginMs = 1_000

/** @param monotonic in ms */
export function createLease(monotonic: () => number): Lease {
  let until = Number.NEGATIVE_INFINITY
  let grants = 0
  let known = 1
  const holds = () => monotonic() < until
  return {
    holds,
    get gateways() {
      return known
    },
    get grants() {
      return grants
    },
    check() {
      if (!holds()) throw new AppError('registry_unreachable', { retryAfterS: 2 })
    },
    granted(askedAt, lengthMs, gateways = known) {
      grants += 1
      known = Math.max(1, gateways)
      until = Math.max(until, askedAt + lengthMs - marginMs)
    },
    end() {
      until = Number.NEGATIVE_INFINITY
    },
  }
}

/** Soon enough that what is open ends within the margin. */
const lookEveryMs = 250

/** Calls back each time the lease has run out, for what stays open without being used. @returns how to stop it */
export function onLapse(lease: Pick<Lease, 'holds' | 'grants'>, lapsed: () => void): () => void {
  let told = 0
  const timer = setInterval(() => {
    if (lease.grants === told || lease.holds()) return
    told = lease.grants
    lapsed()
  }, lookEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}

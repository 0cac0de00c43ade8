// Renews the lease for as long as a change stream is open: every few seconds, and at once with every acknowledgement. One request
// at a time; what is acknowledged meanwhile goes with the next one.

import type { Logger } from 'pino'
import type { RegistryClient } from './client.ts'
import type { Lease } from './lease.ts'

interface Parts {
  readonly client: Pick<RegistryClient, 'renewLease'>
  readonly lease: Lease
  readonly gatewayId: string
  readonly log: Logger
}

export interface Renewing {
  /** Nothing older than this revision is used any more. */
  acknowledge(revision: number): void
}

const everyMs = 5_000
const retryMs = 250

/** Soon enough to try again a few times before the end. */
const patienceMs = (lengthMs: number) => Math.max(1_000, Math.ceil(lengthMs / 6))

/**
 * Until the signal.
 * @param lost called once where the registry counts the lease as over
 */
export function renewLease(
  { client, lease, gatewayId, log }: Parts,
  first: { readonly revision: number; readonly lengthMs: number },
  lost: () => void,
  signal: AbortSignal,
): Renewing {
  let wanted = first.revision
  let lengthMs = first.lengthMs
  let wake = () => {}
  signal.addEventListener('abort', () => wake(), { once: true })

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  void (async () => {
    while (!signal.aborted) {
      const askedAt = performance.now()
      const revision = wanted
      const intervalMs = Math.min(everyMs, lengthMs / 4)
      try {
        const late = AbortSignal.any([signal, AbortSignal.timeout(patienceMs(lengthMs))])
        const granted = await client.renewLease(gatewayId, revision, late)
        if (signal.aborted) return
        if (granted.lease_ms === null) {
          lease.end()
          return lost()
        }
        lease.granted(askedAt, granted.lease_ms, granted.gateways)
        lengthMs = granted.lease_ms
        if (wanted === revision) await pause(intervalMs)
      } catch (error) {
        if (signal.aborted) return
        log.warn({ err: error }, 'the lease was not renewed')
        await pause(retryMs)
      }
    }
  })()

  return {
    acknowledge(revision) {
      if (revision <= wanted) return
      wanted = revision
      wake()
    },
  }
}

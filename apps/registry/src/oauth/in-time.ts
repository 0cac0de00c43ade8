// One limit for all that a discovery asks, one request after the other: a server that names slow places holds nobody for long.

import { AppError } from '@gatehouse/errors'
import type { Deps } from '../deps.ts'

/** Requests by this fail with upstream_timeout when the time for all of them is over. */
export function inTime({ egress, config }: Pick<Deps, 'egress' | 'config'>): Pick<Deps, 'egress'> {
  const over = AbortSignal.timeout(config.GATEHOUSE_DISCOVERY_TIMEOUT_MS)
  return {
    egress: {
      ...egress,
      fetch: (url, init) =>
        egress.fetch(url, { ...init, signal: over }).catch((thrown: unknown) => {
          if (!over.aborted) throw thrown
          throw new AppError('upstream_timeout', { what: 'finding its authorization server took too long' })
        }),
    },
  }
}

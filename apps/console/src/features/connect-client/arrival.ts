// Whether somebody came since the page looked first.

import type { Call } from '@gatehouse/registry-api'

/** `last` is the newest call of all, `since` the newest of those that came while the page waited. */
export interface Arrival {
  readonly last: Call | undefined
  readonly since: Call | undefined
}

/** @param known ids of the calls that were there when the page looked first */
export function arrivalOf(newestFirst: readonly Call[], known: ReadonlySet<string>): Arrival {
  return { last: newestFirst[0], since: newestFirst.find((call) => !known.has(call.id)) }
}

// What came since the page opened, by the live stream of call records. Clocks aren't compared: what the first answer held was
// there before.

import { useEffect, useState } from 'react'
import type { CallFilter } from '#lib/reads.ts'
import { useLiveCalls } from '#lib/use-live-calls.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { arrivalOf } from './arrival.ts'

/** A list of its own length, so that no other screen's older answer counts as the first. */
const looked = 7

export function useArrival(filter: CallFilter) {
  const { id } = useWorkspace()
  const live = useLiveCalls(id, filter, looked)
  const { data, isFetchedAfterMount } = live.query
  const [known, setKnown] = useState<ReadonlySet<string>>()
  useEffect(() => {
    if (isFetchedAfterMount && data) setKnown((before) => before ?? new Set(data.data.map((call) => call.id)))
  }, [isFetchedAfterMount, data])
  return { ...live, arrival: data && known && arrivalOf(data.data, known) }
}

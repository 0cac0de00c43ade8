// What the usage screen shows, in the address, so that a link shows the same.

import type { usageRanges } from '@gatehouse/registry-api'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import type { UsageAsked } from '#lib/reads.ts'
import { measures } from './measures.ts'

const ranges = ['1h', '6h', '24h', '7d', '30d', '90d'] as const satisfies (keyof typeof usageRanges)[]
const groupings = ['server', 'tool', 'key'] as const

export const rangeChoices = ranges.map((value) => ({ value, label: value.replace(/(\d+)/, '$1 ') }))
export const groupingChoices = [
  { value: 'server', label: 'Server' },
  { value: 'tool', label: 'Tool' },
  { value: 'key', label: 'API key' },
] as const satisfies { value: (typeof groupings)[number]; label: string }[]

/** History keeps each change of what is counted, not every letter of a filter. */
export function useUsageView() {
  const [view, set] = useQueryStates({
    range: parseAsStringLiteral(ranges).withDefault('24h'),
    by: parseAsStringLiteral(groupings).withDefault('server'),
    show: parseAsStringLiteral(measures.map(({ value }) => value)).withDefault('calls'),
    server: parseAsString,
    tool: parseAsString,
    key: parseAsString,
  })
  const { range, by, server, tool, key } = view
  const filter = { ...(server && { server }), ...(tool && { tool }), ...(key && { key }) }
  const asked: UsageAsked = { range, by, ...filter }
  return {
    view,
    asked,
    filter,
    set: (change: Partial<Record<keyof typeof view, string | null>>) =>
      // Values come from the choices above; nuqs leaves out what is none of them.
      void set(change as Parameters<typeof set>[0]),
    clear: () => void set({ server: null, tool: null, key: null }),
  }
}

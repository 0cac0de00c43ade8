// The filters of the audit screen and the event that is open, in the address.

import { parseAsInteger, parseAsString, useQueryStates } from 'nuqs'
import { sinceOf, untilOf } from './days.ts'
import type { AuditFilter } from './queries.ts'

const names = ['action', 'actor_id', 'object_type', 'object_id', 'from', 'to'] as const
type Name = (typeof names)[number]

/** Days are `2026-06-01`, in the person's own time. */
export function useAuditFilter() {
  const [state, set] = useQueryStates({
    ...{ action: parseAsString, actor_id: parseAsString, object_type: parseAsString },
    ...{ object_id: parseAsString, from: parseAsString, to: parseAsString, event: parseAsInteger },
  })
  const { action, actor_id, object_type, object_id } = state
  const all = {
    action,
    actor_id,
    object_type,
    object_id,
    since: sinceOf(state.from),
    until: untilOf(state.to),
  }
  const filter: AuditFilter = Object.fromEntries(Object.entries(all).filter(([, value]) => Boolean(value)))
  return {
    filter,
    value: (name: Name) => state[name] ?? '',
    set: (name: Name, value: string) => void set({ [name]: value || null }),
    clear: () => void set(Object.fromEntries(names.map((name) => [name, null]))),
    isFiltered: Object.keys(filter).length > 0,
    open: state.event,
    setOpen: (seq: number | null) => void set({ event: seq }, { history: 'push' }),
  }
}

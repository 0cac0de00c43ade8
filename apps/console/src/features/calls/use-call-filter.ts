// The filters of the calls screen and the call that is open, in the address.

import { parseAsString, useQueryStates } from 'nuqs'
import type { CallFilter } from '#lib/reads.ts'

const names = ['server', 'tool', 'outcome', 'method', 'key'] as const

/** History keeps the opening of a call, not every letter of a filter. */
export function useCallFilter() {
  const [state, set] = useQueryStates({
    server: parseAsString,
    tool: parseAsString,
    outcome: parseAsString,
    method: parseAsString,
    key: parseAsString,
    call: parseAsString,
  })
  const filter: CallFilter = Object.fromEntries(
    names.flatMap((name) => (state[name] ? [[name, state[name]] as const] : [])),
  )
  return {
    filter,
    set: (name: (typeof names)[number], value: string) => void set({ [name]: value || null }),
    clear: () => void set({ server: null, tool: null, outcome: null, method: null, key: null }),
    open: state.call,
    setOpen: (id: string | null) => void set({ call: id }, { history: 'push' }),
  }
}

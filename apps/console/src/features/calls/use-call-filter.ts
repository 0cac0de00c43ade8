// The filters of the calls screen and the call that is open, in the address.

import { parseAsString, useQueryStates } from 'nuqs'
import { type CallFilter, type CallFilterName, callFilterNames } from '#lib/reads.ts'

const parsers = Object.fromEntries(callFilterNames.map((name) => [name, parseAsString]))
const none = Object.fromEntries(callFilterNames.map((name) => [name, null]))

/** History keeps the opening of a call, not every letter of a filter. */
export function useCallFilter() {
  const [{ call, ...state }, set] = useQueryStates({ ...parsers, call: parseAsString })
  const filter: CallFilter = Object.fromEntries(Object.entries(state).filter(([, value]) => value))
  return {
    filter,
    set: (name: CallFilterName, value: string) => void set({ [name]: value || null }),
    clear: () => void set(none),
    open: call ?? null,
    setOpen: (id: string | null) => void set({ call: id }, { history: 'push' }),
  }
}

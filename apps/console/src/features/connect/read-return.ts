// What an authorization server put into the address that it sent the person back to.

import type { FinishConnect } from '@gatehouse/registry-api'

/** Null where it is no answer of one. Parameters that come twice have two meanings, so nothing is taken from them. */
export function readReturn(search: string): FinishConnect | null {
  const found = new URLSearchParams(search)
  const one = (name: string) => {
    const values = found.getAll(name)
    return values.length === 1 ? values[0] : undefined
  }
  const twice = [...new Set(found.keys())].some((name) => found.getAll(name).length > 1)
  const [state, code, error] = [one('state'), one('code'), one('error')]
  if (twice || !state || (code === undefined && error === undefined)) return null
  const error_description = one('error_description')
  const iss = one('iss')
  return {
    state,
    ...(code !== undefined && { code }),
    ...(error !== undefined && { error }),
    ...(error_description !== undefined && { error_description }),
    ...(iss !== undefined && { iss }),
  }
}

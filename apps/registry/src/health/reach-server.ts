// Whether anything answers at a server's URL: all that can be told where every call needs somebody's own account. Nothing of
// anybody's is sent.

import { toAppError } from '@gatehouse/errors'
import type { Deps } from '../deps.ts'
import type { Seen } from './seen.ts'

/** @param state what an answer means here */
export async function reachServer(
  deps: Pick<Deps, 'egress'>,
  url: string,
  state: 'reachable' | 'needs_account',
  withinMs: number,
): Promise<Seen> {
  const startedAt = performance.now()
  const seen = (about: Pick<Seen, 'state' | 'reason'>): Seen => ({
    ...about,
    measured: 'reachability',
    durationMs: performance.now() - startedAt,
  })
  const late = AbortSignal.timeout(withinMs)
  try {
    const response = await deps.egress.fetch(url, { headers: { accept: 'text/event-stream' }, signal: late })
    await response.body?.cancel().catch(() => undefined)
    const { status } = response
    if (status < 500) return seen({ state, reason: null })
    const detail = `Ask the operator of the MCP server: it answers with HTTP status ${status}`
    return seen({ state: 'failing', reason: { code: 'upstream_invalid', httpStatus: status, detail } })
  } catch (thrown) {
    const { code, message } = toAppError(thrown)
    const isLate = late.aborted
    return seen({
      state: 'unreachable',
      reason: {
        code: isLate ? 'upstream_timeout' : code === 'internal_error' ? 'upstream_unreachable' : code,
        httpStatus: null,
        detail: isLate ? `Nothing answered within ${withinMs / 1_000} s` : message,
      },
    })
  }
}

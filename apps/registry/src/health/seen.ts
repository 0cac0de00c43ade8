// What a look at a server showed, whoever looked.

export type State = 'healthy' | 'reachable' | 'needs_account' | 'failing' | 'unreachable' | 'unknown'

export interface Reason {
  readonly code: string
  /** That came with it; null where nothing answered. */
  readonly httpStatus: number | null
  readonly detail: string
}

export interface Seen {
  readonly state: State
  readonly measured: 'check' | 'reachability'
  readonly reason: Reason | null
  readonly durationMs: number
}

/** Which state a failure with this code means. */
export const stateOf = (code: string): 'unreachable' | 'needs_account' | 'failing' =>
  code === 'upstream_unreachable'
    ? 'unreachable'
    : code === 'connection_required'
      ? 'needs_account'
      : 'failing'

export const isDown = (state: string) => state === 'failing' || state === 'unreachable'

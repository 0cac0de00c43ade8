// Stops asking what has failed several times in a row: for a while everything is refused, then one request tries. pools.ts keeps two
// for each pool: whether the upstream answers at all, and whether it takes our credential.

export interface Circuit {
  /** 0: go ahead. Else refused, and for how many seconds; once that time is over, one who asks may go ahead and try. */
  refusedForS(): number
  succeeded(): void
  failed(): void
  /** A request ended without telling anything: the next one may try at once. */
  undecided(): void
  readonly isOpen: boolean
}

export interface CircuitOptions {
  /** In a row, until it opens. */
  readonly failures: number
  readonly openMs: number
  /** In ms. */
  readonly monotonic: () => number
  readonly opened: () => void
}

export function createCircuit({ failures, openMs, monotonic, opened }: CircuitOptions): Circuit {
  let inARow = 0
  /** Where it is open: when the next one may try. */
  let nextAt = 0
  const isOpen = () => inARow >= failures
  return {
    get isOpen() {
      return isOpen()
    },
    refusedForS() {
      if (!isOpen()) return 0
      const now = monotonic()
      if (now < nextAt) return Math.ceil((nextAt - now) / 1_000)
      nextAt = now + openMs // for one that never hears anything
      return 0
    },
    succeeded() {
      inARow = 0
    },
    failed() {
      const was = isOpen()
      inARow += 1
      if (!isOpen()) return
      nextAt = monotonic() + openMs
      if (!was) opened()
    },
    undecided() {
      nextAt = 0
    },
  }
}

// A stream of events that is followed for as long as somebody looks: it is taken up again where it ends, and let go while the tab
// is hidden. Browsers allow a host six connections over HTTP/1.1, for all tabs together: streams take four of them at most, by
// locks that tabs share and that end with a tab. Who gets none asks every few seconds instead, as without streams.

import { readEvents, type ServerEvent } from './events.ts'

const slots = 4
const againMs = 3_000

export interface Following {
  readonly workspaceId: string
  readonly signal: AbortSignal
  /** The stream stands: what happens from now on comes through it. */
  readonly begun: () => void
  readonly event: (event: ServerEvent) => void
  /** Any sign of the stream. */
  readonly alive: () => void
  /** What was told last may be old by now. */
  readonly ended: () => void
}

/** Until `signal` aborts. */
export async function followEvents(path: string, on: Following): Promise<void> {
  const { workspaceId, signal } = on
  for (let failures = 0; !signal.aborted; failures += 1) {
    await untilShown(signal)
    const gone = new AbortController()
    const hide = () => document.hidden && gone.abort()
    document.addEventListener('visibilitychange', hide)
    const begun = () => {
      failures = 0
      on.begun()
    }
    const read = () =>
      readEvents(path, { workspaceId, signal: AbortSignal.any([signal, gone.signal]) }, { ...on, begun })
    const hadSlot = await inSlot(read).catch(() => true)
    document.removeEventListener('visibilitychange', hide)
    on.ended()
    if (!hadSlot) failures = 0
    if (!gone.signal.aborted) await pause(hadSlot ? Math.min(1_000 * 2 ** failures, 15_000) : againMs, signal)
  }
}

/** @returns false where every slot is taken. @throws what `work` throws */
async function inSlot(work: () => Promise<void>): Promise<boolean> {
  // Without a secure context there are no locks: then each tab is on its own.
  if (!('locks' in navigator)) return work().then(() => true)
  for (let slot = 0; slot < slots; slot += 1) {
    const taken = await navigator.locks.request(`gatehouse-stream-${slot}`, { ifAvailable: true }, (lock) =>
      lock === null ? false : work().then(() => true),
    )
    if (taken) return true
  }
  return false
}

function untilShown(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (!document.hidden || signal.aborted) return resolve()
    const done = () => {
      if (document.hidden && !signal.aborted) return
      document.removeEventListener('visibilitychange', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    document.addEventListener('visibilitychange', done)
    signal.addEventListener('abort', done)
  })
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

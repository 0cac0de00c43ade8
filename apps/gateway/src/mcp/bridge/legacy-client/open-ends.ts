// What one process keeps for legacy clients of modern servers while they wait: nothing of it outlives the process, and whatever
// another replica must know is told through deps.peers and deps.notes.

import { type Asks, createAsks } from './asks.ts'
import { createRunningCalls, type RunningCalls } from './running-calls.ts'
import { createStreams, type Streams } from './streams.ts'

export interface OpenEnds {
  readonly asks: Asks
  readonly running: RunningCalls
  readonly streams: Streams
}

/** @param now in Unix ms */
export const createOpenEnds = (now: () => number): OpenEnds => ({
  asks: createAsks(),
  running: createRunningCalls(),
  streams: createStreams(now),
})

// What one process keeps for legacy clients of modern servers while they wait: nothing of it outlives the process, and whatever
// another replica must know is told through deps.peers and deps.notes.

import type { Bearer } from '../../session-token.ts'
import { type Asks, createAsks } from './asks.ts'
import { createRunningCalls, type RunningCalls } from './running-calls.ts'
import { createStreams, type Streams } from './streams.ts'

export interface Notes {
  readonly logLevel?: string
  readonly subscriptions: readonly string[]
}

export interface OpenEnds {
  readonly notes: {
    read(token: string, bearer: Bearer): Promise<Notes>
    change(token: string, bearer: Bearer, change: (notes: Notes) => Notes): Promise<void>
  }
  readonly asks: Asks
  readonly running: RunningCalls
  readonly streams: Streams
}

export const createOpenEnds = (): OpenEnds => ({
  notes: createNotes(),
  asks: createAsks(),
  running: createRunningCalls(),
  streams: createStreams(),
})

function createNotes(): OpenEnds['notes'] {
  const notes = new Map<string, Notes>()
  return {
    read: async (token) => notes.get(token) ?? { subscriptions: [] },
    async change(token, _bearer, change) {
      notes.set(token, change(notes.get(token) ?? { subscriptions: [] }))
    },
  }
}

// Tries a server that isn't stored, and keeps what was told of each step so far.

import type { ProbeLine, ProbeServer, ProbeStep, ProbeVerdict } from '@gatehouse/registry-api'
import { useEffect, useRef, useState } from 'react'
import { readLines } from '#lib/lines.ts'
import { useWorkspace } from '#lib/workspace.tsx'

export interface Probe {
  /** What was tried. */
  readonly tried: ProbeServer
  readonly steps: readonly ProbeStep[]
  /** Null until it has ended. */
  readonly verdict: ProbeVerdict | null
  /** Where it did not begin, or broke off. */
  readonly error: Error | null
}

interface Ended {
  readonly onVerdict: (verdict: ProbeVerdict) => void
  readonly onError: (error: Error) => void
}

export function useProbe({ onVerdict, onError }: Ended) {
  const { id: workspaceId } = useWorkspace()
  const [probe, setProbe] = useState<Probe | null>(null)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])

  /** Ends the one before. */
  const begin = async (tried: ProbeServer) => {
    running.current?.abort()
    const mine = new AbortController()
    running.current = mine
    let now: Probe = { tried, steps: [], verdict: null, error: null }
    const set = (change: Partial<Probe>) => {
      now = { ...now, ...change }
      if (!mine.signal.aborted) setProbe(now)
    }
    set({})
    try {
      const options = { method: 'POST', workspaceId, body: tried, signal: mine.signal } as const
      await readLines<ProbeLine>('/registry/v1/servers/probe', options, (line) => {
        if ('verdict' in line) set({ verdict: line.verdict })
        else set({ steps: [...now.steps.filter(({ step }) => step !== line.step), line] })
      })
      if (now.verdict && !mine.signal.aborted) onVerdict(now.verdict)
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown))
      set({ error })
      if (!mine.signal.aborted) onError(error)
    }
  }

  const forget = () => {
    running.current?.abort()
    setProbe(null)
  }
  return { probe, begin, forget, isRunning: probe !== null && probe.verdict === null && probe.error === null }
}

'use client'
// The four states of a view: a skeleton after 200 ms and a card after 10 s, an error, nothing there, or the data.

import { Skeleton, Stack } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { ApiError, healsAfter } from '#lib/api-error.ts'
import { ErrorCard } from './error-card.tsx'

interface Props<T> {
  query: UseQueryResult<T>
  /** For the error: "Servers could not be loaded". */
  failed: string
  /** Rows of the skeleton. */
  rows?: number
  /** Shown instead of the data where there is none. */
  empty?: { when: (data: T) => boolean; show: ReactNode }
  children: (data: T) => ReactNode
}

export function QueryView<T>({ query, failed, rows = 4, empty, children }: Props<T>) {
  const retry = () => void query.refetch()
  const heals = healsAfter(query.error) !== false
  if (query.data === undefined) {
    if (query.isError) return <ErrorCard title={failed} error={query.error} retry={retry} heals={heals} />
    return <Loading rows={rows} failed={failed} retry={retry} />
  }
  return (
    <>
      {query.isError && (
        <ErrorCard
          title={`${failed}; what you see may be old`}
          error={query.error}
          retry={retry}
          heals={heals}
        />
      )}
      {empty?.when(query.data) ? empty.show : children(query.data)}
    </>
  )
}

export function Loading({ rows = 4, failed, retry }: { rows?: number; failed: string; retry?: () => void }) {
  const [phase, setPhase] = useState<'quiet' | 'skeleton' | 'late'>('quiet')
  useEffect(() => {
    const timers = [setTimeout(() => setPhase('skeleton'), 200), setTimeout(() => setPhase('late'), 10_000)]
    return () => timers.forEach(clearTimeout)
  }, [])
  if (phase === 'quiet') return null
  if (phase === 'late') return <ErrorCard title={`${failed} yet`} error={late} retry={retry} />
  return (
    <Stack gap="sm" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all alike
        <Skeleton key={row} height={44} />
      ))}
    </Stack>
  )
}

const late = new ApiError({
  status: 0,
  code: 'network',
  detail: 'Wait a little longer or try again: there was no answer within 10 s',
  requestId: null,
})

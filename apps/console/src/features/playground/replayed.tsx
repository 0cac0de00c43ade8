'use client'
// With what a replay begins: the arguments that were captured, where the person may read them. Reading is audited.

import type { CapturedBodies } from '@gatehouse/registry-api'
import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask } from '#lib/api.ts'
import { halves, toApiError } from '#lib/api-error.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Loading } from '#ui/query-view.tsx'
import { type Captured, capturedArguments } from './captured-arguments.ts'

interface Props {
  /** Of the call record. */
  callId: string
  children: (begin: string) => ReactNode
}

export function Replayed({ callId, children }: Props) {
  const { id: workspaceId, may } = useWorkspace()
  const mayRead = may('calls:read-bodies')
  const bodies = useQuery({
    queryKey: [workspaceId, 'captured', callId],
    queryFn: ({ signal }) =>
      ask<CapturedBodies>(`/registry/v1/calls/${encodeURIComponent(callId)}/bodies`, { workspaceId, signal }),
    enabled: mayRead,
    ...{ staleTime: Number.POSITIVE_INFINITY, gcTime: 0, retry: false, refetchOnWindowFocus: false },
  })
  if (mayRead && bodies.isPending) return <Loading failed="The arguments could not be read" />
  const said = bodies.data && capturedArguments(bodies.data)
  const begin = said && 'begin' in said ? said.begin : ''
  return (
    <Stack>
      <Text size="sm" role="status">
        {begin === ''
          ? `A replay without its arguments: ${whyNot(mayRead, bodies.error, said)}.`
          : 'A replay, with the arguments that were captured.'}
      </Text>
      {children(begin)}
    </Stack>
  )
}

function whyNot(mayRead: boolean, error: Error | null, said: Captured | undefined): string {
  if (!mayRead) return 'only auditors can read what was captured'
  if (error) return halves(toApiError(error).detail).what
  return said && 'why' in said ? said.why : ''
}

'use client'
// How long each leg took: what this page saw, and what the gateway wrote down about each request.

import type { Call } from '@gatehouse/registry-api'
import { Anchor, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { duration } from '#lib/format.ts'
import { callsAsk } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import type { Round } from '../call/run.ts'

export function Legs({ rounds }: { rounds: readonly Round[] }) {
  return (
    <Stack gap={2} component="section" aria-label="Timing">
      {rounds.map((round, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rounds are numbered
        <Leg key={index} round={round} name={rounds.length > 1 ? `Round ${index + 1}: ` : ''} />
      ))}
    </Stack>
  )
}

/** Records come within two seconds; one that is still missing after this won't come. */
const patienceMs = 10_000
const pauseMs = 700

function Leg({ round: { requestId, ms, endedAt }, name }: { round: Round; name: string }) {
  const { id, to, may } = useWorkspace()
  const record = useQuery({
    queryKey: [id, 'call-of-request', requestId],
    queryFn: async ({ signal }): Promise<Call | null> => {
      const { data } = await callsAsk(id, { request_id: requestId ?? '' }, 1, null, signal)
      return data[0] ?? null
    },
    enabled: requestId !== null && (may('calls:own') || may('calls:all')),
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state }) =>
      state.data === null && Date.now() - endedAt < patienceMs ? pauseMs : false,
  })
  const missing = record.data === null && !record.isFetching && Date.now() - endedAt >= patienceMs
  return (
    <Text size="sm" component="div" className="gh-numbers">
      {name}
      <strong>{duration(ms)}</strong> seen from here
      {record.data && (
        <>
          {' · '}
          <LegsOf call={record.data} />
          {' · '}
          <Anchor component={Link} href={to(`/calls?call=${record.data.id}`)}>
            Call record
          </Anchor>
        </>
      )}
      {!record.data &&
        record.isEnabled &&
        !record.isError &&
        !missing &&
        ' · waiting for the gateway to write it down'}
      {missing && ' · the gateway kept no record of it'}
    </Text>
  )
}

function LegsOf({ call }: { call: Call }) {
  const { duration_ms, upstream_ms } = call
  if (upstream_ms === null) return <>{duration(duration_ms)} at the gateway, the server was not reached</>
  return (
    <>
      {duration(Math.max(0, duration_ms - upstream_ms))} in the gateway · {duration(upstream_ms)} at the
      server
    </>
  )
}

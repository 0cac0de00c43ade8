'use client'

// Everything that is known about one call: what it spent its time on, its sizes, the names of the headers that were attached.

import type { Call } from '@gatehouse/registry-api'
import { Drawer, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { verdictOf } from '#lib/call-outcome.ts'
import { bytes, duration } from '#lib/format.ts'
import { callRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { CopyButton } from '#ui/copy-button.tsx'
import { Fact, Facts } from '#ui/facts.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { Status } from '#ui/status.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { Captured } from './captured.tsx'
import { Replay } from './replay.tsx'
import { Timeline } from './timeline.tsx'

export function CallDetails({ callId, onClose }: { callId: string; onClose: () => void }) {
  return (
    <Drawer opened onClose={onClose} position="right" size="md" title="Call">
      <Details callId={callId} />
    </Drawer>
  )
}

function Details({ callId }: { callId: string }) {
  const { id } = useWorkspace()
  const call = useQuery(callRead(id, callId))
  return (
    <QueryView query={call} failed="The call could not be loaded">
      {(data) => <Known call={data} />}
    </QueryView>
  )
}

function Known({ call }: { call: Call }) {
  const { word, tone } = verdictOf(call.outcome)
  return (
    <Stack>
      <Replay call={call} />
      <Timeline call={call} />
      {call.captured && <Captured callId={call.id} />}
      <Facts>
        <Fact name="Outcome">
          <Status tone={tone}>{word}</Status>
        </Fact>
        {call.error_code && (
          <Fact name="Code">
            <code>{call.error_code}</code>
          </Fact>
        )}
        <Fact name="HTTP status">{call.http_status}</Fact>
        <Fact name="Time">
          {new Date(call.started_at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })}
          <Text size="xs" c="dimmed">
            <TimeAgo at={call.started_at} />
          </Text>
        </Fact>
        <Fact name="Method">
          <code>
            <UpstreamText text={call.method} />
          </code>
        </Fact>
        <Fact name="Tool">{call.tool === null ? 'None' : <UpstreamText text={call.tool} />}</Fact>
        <Fact name="Server">{call.server_slug ?? 'None'}</Fact>
        <Fact name="Caller">
          <UpstreamText text={call.caller_name} />
        </Fact>
        <Fact name="Path">{call.path === 'aggregate' ? 'All servers behind one address' : 'One server'}</Fact>
        <Fact name="Era">{call.era === 'modern' ? 'Modern' : 'Legacy'}</Fact>
        <Fact name="Took">{duration(call.duration_ms)}</Fact>
        <Fact name="Request">{bytes(call.request_bytes)}</Fact>
        <Fact name="Answer">{bytes(call.response_bytes)}</Fact>
        <Fact name="Attached">
          {call.attached_headers.length === 0 ? 'No header' : call.attached_headers.join(', ')}
        </Fact>
        <Fact name="Request id">
          <Text size="sm" className="gh-break">
            {call.request_id}
          </Text>
          <CopyButton value={call.request_id} what="request id" mt={4} />
        </Fact>
      </Facts>
    </Stack>
  )
}

'use client'
// Capture mode, for owners: what it keeps, for how long, who reads it; while it is on, until when, and its end.

import { Button, Group, NativeSelect, Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { settingsRead } from '#lib/reads.ts'
import { useNow } from '#lib/use-now.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { Status } from '#ui/status.tsx'
import { countdown } from './capture-note.tsx'
import { useStartCapture, useStopCapture } from './queries.ts'

const lengths = [
  { value: '15', label: '15 minutes' },
  { value: '60', label: '1 hour' },
  { value: '1440', label: '24 hours' },
]

export function Capture({ serverId }: { serverId: string }) {
  const { id } = useWorkspace()
  const settings = useQuery(settingsRead(id, serverId))
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="capture">
      <Stack>
        <Title order={2} id="capture">
          Capture mode
        </Title>
        <Text>
          Keeps what the calls of this server say beside their records, sealed: arguments and answers up to 64
          KiB each, and headers, with *** for every value that could be a secret. Only auditors can read it,
          and each time they do is in the audit trail. Everybody sees that it is on; it ends by itself.
        </Text>
        <QueryView query={settings} failed="Whether it is on could not be loaded">
          {({ capture_until }) => <State serverId={serverId} until={capture_until} />}
        </QueryView>
      </Stack>
    </Paper>
  )
}

function State({ serverId, until }: { serverId: string; until: string | null }) {
  const now = useNow()
  const start = useStartCapture(serverId)
  const stop = useStopCapture(serverId)
  const [minutes, setMinutes] = useState('15')
  const left = until === null ? undefined : countdown(until, now)
  const failed = stop.error ?? start.error
  return (
    <>
      {left !== undefined && until !== null ? (
        <Group>
          <Status tone="warn">
            On until {new Date(until).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}:{' '}
            <span className="gh-numbers">{left}</span> left
          </Status>
          <Button color="red.9" loading={stop.isPending} onClick={() => stop.mutate()}>
            Stop now
          </Button>
        </Group>
      ) : (
        <Group align="flex-end">
          <NativeSelect
            label="For how long"
            data={lengths}
            value={minutes}
            onChange={(event) => setMinutes(event.currentTarget.value)}
          />
          <Button
            variant="default"
            loading={start.isPending}
            onClick={() => start.mutate({ minutes: Number(minutes) })}
          >
            Start capture
          </Button>
        </Group>
      )}
      {failed && <ErrorCard title="Capture mode was not changed" error={failed} />}
    </>
  )
}

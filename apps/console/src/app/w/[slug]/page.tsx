// Home: how things are, the way in for a client, the last calls.

import { Stack } from '@mantine/core'
import type { Metadata } from 'next'
import { LastCalls } from '#features/calls/last-calls.tsx'
import { Checklist } from '#features/home/checklist.tsx'
import { Connect } from '#features/home/connect.tsx'
import { ServersState } from '#features/home/servers-state.tsx'
import { PageHeader } from '#ui/page-header.tsx'

export const metadata: Metadata = { title: 'Home' }

export default function Page() {
  return (
    <>
      <PageHeader title="Home" />
      <Stack gap="lg">
        <Checklist />
        <ServersState />
        <LastCalls />
        <Connect />
      </Stack>
    </>
  )
}

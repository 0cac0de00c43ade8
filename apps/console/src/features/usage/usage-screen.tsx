'use client'

// How much is called, how often it fails and how long it takes: what is counted is chosen above, in the address.

import { Button, Stack } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { usageRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { SeriesTable } from './series-table.tsx'
import { Totals } from './totals.tsx'
import { UsageChart } from './usage-chart.tsx'
import { UsageControls } from './usage-controls.tsx'
import { useUsageView } from './use-usage-view.ts'

export function UsageScreen() {
  const { id } = useWorkspace()
  const { view, asked } = useUsageView()
  const usage = useQuery({ ...usageRead(id, asked), placeholderData: keepPreviousData })
  return (
    <>
      <PageHeader title="Usage" about="Calls, errors and how long they took." />
      <Stack gap="lg">
        <UsageControls />
        <QueryView
          query={usage}
          failed="Usage could not be loaded"
          rows={6}
          empty={{ when: ({ total }) => total.calls === 0, show: <Nothing /> }}
        >
          {(data) => (
            // What is still of the choice before says so.
            <Stack gap="lg" aria-busy={usage.isPlaceholderData}>
              <Totals usage={data} />
              <UsageChart usage={data} by={view.by} measure={view.show} />
              <SeriesTable usage={data} by={view.by} />
            </Stack>
          )}
        </QueryView>
      </Stack>
    </>
  )
}

/** The next step: other filters, a longer time, or a first call. */
function Nothing() {
  const { to } = useWorkspace()
  const { view, filter, set, clear } = useUsageView()
  if (Object.keys(filter).length > 0)
    return (
      <Empty sentence="No call of this time passes these filters.">
        <Button variant="default" onClick={clear}>
          Clear the filters
        </Button>
      </Empty>
    )
  if (view.range !== '90d')
    return (
      <Empty sentence="Nothing was called in this time.">
        <Button variant="default" onClick={() => set({ range: '90d' })}>
          Show 90 days
        </Button>
      </Empty>
    )
  return (
    <Empty sentence="Nothing was called yet. Connect a client and call a tool: it is counted here.">
      <Button component={Link} href={to('')}>
        Connect a client
      </Button>
    </Empty>
  )
}

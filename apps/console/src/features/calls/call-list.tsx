'use client'

// The live tail with its filters, which live in the address, and older calls on request.

import type { Call } from '@gatehouse/registry-api'
import { Button, Group, Stack } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useState } from 'react'
import { type CallFilter, callsAsk, filterText } from '#lib/reads.ts'
import { useFocusReturn } from '#lib/use-focus-return.ts'
import { useLiveCalls } from '#lib/use-live-calls.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { FeedNote } from '#ui/feed-note.tsx'
import { Icon } from '#ui/icons.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { CallFilters } from './call-filters.tsx'
import { CallsTable } from './calls-table.tsx'
import { useCallFilter } from './use-call-filter.ts'

/** Comes when a call is opened. */
const CallDetails = dynamic(() => import('./call-details.tsx').then((module) => module.CallDetails))

const pageSize = 50

export function CallList() {
  const { id, to } = useWorkspace()
  const { filter, open, setOpen, clear } = useCallFilter()
  const [paused, setPaused] = useState(false)
  // A span that has ended gets no more calls.
  const ends = filter.until !== undefined
  const { query, feed, updatedAt } = useLiveCalls(id, filter, pageSize, paused || ends)
  useFocusReturn(open !== null)
  const filtered = Object.keys(filter).length > 0
  return (
    <>
      <PageHeader title="Calls" about="What came to the gateway, newest first.">
        <FeedNote feed={feed} updatedAt={updatedAt} />
        <Button
          variant="default"
          disabled={ends}
          leftSection={<Icon name={paused ? 'play' : 'pause'} size={16} />}
          onClick={() => setPaused(!paused)}
        >
          {paused ? 'Resume' : 'Pause'}
        </Button>
      </PageHeader>
      <Stack>
        <CallFilters />
        <QueryView
          query={query}
          failed="Calls could not be loaded"
          rows={8}
          empty={{
            when: ({ data }) => data.length === 0,
            show: filtered ? (
              <Empty sentence="No call passes these filters.">
                <Button variant="default" onClick={clear}>
                  Clear the filters
                </Button>
              </Empty>
            ) : (
              <Empty sentence="No call came yet. Connect a client and call a tool: it appears here.">
                <Button component={Link} href={to('/connect-client')}>
                  Connect a client
                </Button>
              </Empty>
            ),
          }}
        >
          {(page) => (
            <>
              <CallsTable calls={page.data} onOpen={setOpen} label="Calls" whole />
              {page.next_cursor !== null && (
                <Older
                  key={filterText(filter)}
                  filter={filter}
                  cursor={page.next_cursor}
                  newest={page.data}
                  onOpen={setOpen}
                />
              )}
            </>
          )}
        </QueryView>
      </Stack>
      {open !== null && <CallDetails callId={open} onClose={() => setOpen(null)} />}
    </>
  )
}

interface OlderProps {
  filter: CallFilter
  cursor: string
  newest: readonly Call[]
  onOpen: (id: string) => void
}

/** Begins where the first list ended when it was asked for; what is in both is shown once. */
function Older({ filter, cursor, newest, onOpen }: OlderProps) {
  const { id } = useWorkspace()
  const [from, setFrom] = useState<string | null>(null)
  const older = useInfiniteQuery({
    queryKey: [id, 'older-calls', filterText(filter), from],
    queryFn: ({ pageParam, signal }) => callsAsk(id, filter, pageSize, pageParam, signal),
    initialPageParam: from,
    getNextPageParam: (page) => page.next_cursor,
    enabled: from !== null,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const seen = new Set(newest.map((call) => call.id))
  const rows = older.data?.pages.flatMap((page) => page.data).filter((call) => !seen.has(call.id)) ?? []
  const more = from === null || older.hasNextPage
  return (
    <>
      {rows.length > 0 && <CallsTable calls={rows} onOpen={onOpen} label="Older calls" whole />}
      {older.isError && (
        <ErrorCard
          title="Older calls could not be loaded"
          error={older.error}
          retry={() => void older.refetch()}
        />
      )}
      {more && (
        <Group justify="center">
          <Button
            variant="default"
            loading={older.isFetching}
            onClick={() => (from === null ? setFrom(cursor) : void older.fetchNextPage())}
          >
            Show older calls
          </Button>
        </Group>
      )}
    </>
  )
}

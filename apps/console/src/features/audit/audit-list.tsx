'use client'
// Who did what, to which object: newest first, with filters that live in the address.

import type { AuditEvent } from '@gatehouse/registry-api'
import { Button, Group, Stack, Table, Text, UnstyledButton } from '@mantine/core'
import dynamic from 'next/dynamic'
import { useFocusReturn } from '#lib/use-focus-return.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { Loading } from '#ui/query-view.tsx'
import { Cell, Rows } from '#ui/rows.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { AuditFilters } from './audit-filters.tsx'
import { actionWords, objectName } from './event-words.ts'
import { ExportEvents } from './export-events.tsx'
import { useEvents } from './queries.ts'
import { useAuditFilter } from './use-audit-filter.ts'
import { Verify } from './verify.tsx'

/** Comes when an event is opened. */
const EventDetails = dynamic(() => import('./event-details.tsx').then((module) => module.EventDetails))

const about = 'Who changed what. Each event carries the hash of the one before, so a changed one shows.'

export function AuditList() {
  const { may } = useWorkspace()
  if (may('audit:read')) return <Screen />
  return (
    <>
      <PageHeader title="Audit" about={about} />
      <Empty sentence="The audit trail is for owners, admins and auditors. Ask an owner for such a role." />
    </>
  )
}

function Screen() {
  const { filter, isFiltered, clear, open, setOpen } = useAuditFilter()
  const events = useEvents(filter)
  useFocusReturn(open !== null)
  const failed = 'The audit trail could not be loaded'
  const all = events.data?.pages.flatMap((page) => page.data)
  return (
    <>
      <PageHeader title="Audit" about={about}>
        <ExportEvents filter={filter} />
      </PageHeader>
      <Stack>
        <Verify />
        <AuditFilters />
        {events.isError && (
          <ErrorCard title={failed} error={events.error} retry={() => void events.refetch()} heals />
        )}
        {events.isPending && <Loading rows={8} failed={failed} retry={() => void events.refetch()} />}
        {all?.length === 0 && (
          <Empty sentence={isFiltered ? 'No event passes these filters.' : 'Nothing was changed yet.'}>
            {isFiltered && (
              <Button variant="default" onClick={clear}>
                Clear the filters
              </Button>
            )}
          </Empty>
        )}
        {all !== undefined && all.length > 0 && <Events all={all} onOpen={setOpen} />}
        {events.hasNextPage && (
          <Group justify="center">
            <Button variant="default" loading={events.isFetching} onClick={() => void events.fetchNextPage()}>
              Show older events
            </Button>
          </Group>
        )}
      </Stack>
      {open !== null && (
        <EventDetails event={all?.find(({ seq }) => seq === open)} seq={open} onClose={() => setOpen(null)} />
      )}
    </>
  )
}

function Events({ all, onOpen }: { all: readonly AuditEvent[]; onOpen: (seq: number) => void }) {
  return (
    <Rows
      label="Audit events"
      heads={['Time', 'What', 'Object', 'Who', 'No.']}
      numbersLast
      folded={'"what no" "object object" "who time"'}
    >
      {all.map((event) => (
        <Table.Tr role="row" key={event.seq}>
          <Cell area="time" end="folded" whole>
            <TimeAgo at={event.at} />
          </Cell>
          <Cell area="what">
            <UnstyledButton fz="sm" className="gh-row-link gh-break" onClick={() => onOpen(event.seq)}>
              {actionWords(event.action)}
            </UnstyledButton>
          </Cell>
          <Cell area="object">
            <UpstreamText text={objectName(event)} />
          </Cell>
          <Cell area="who">
            <UpstreamText text={event.actor_name} />
            {event.actor_type !== 'user' && (
              <Text size="xs" c="dimmed">
                {event.actor_type === 'api-key' ? 'API key' : 'The system'}
              </Text>
            )}
          </Cell>
          <Cell area="no" end="always" whole>
            {event.seq}
          </Cell>
        </Table.Tr>
      ))}
    </Rows>
  )
}

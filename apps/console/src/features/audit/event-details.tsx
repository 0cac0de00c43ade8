'use client'
// Everything that one event says: who, what, which object, before and after, and its place in the chain.

import type { AuditEvent } from '@gatehouse/registry-api'
import { Button, Drawer, Group, Stack, Table, Text, Title } from '@mantine/core'
import { CopyButton } from '#ui/copy-button.tsx'
import { Fact, Facts } from '#ui/facts.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { changedMembers } from './changed-members.ts'
import { actionWords, objectName } from './event-words.ts'
import { useAuditFilter } from './use-audit-filter.ts'

interface Props {
  /** Undefined where it is not on the page: the address names one that the filters leave out. */
  event: AuditEvent | undefined
  seq: number
  onClose: () => void
}

export function EventDetails({ event, seq, onClose }: Props) {
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title={`Event ${seq}`}>
      {event ? (
        <Known event={event} onClose={onClose} />
      ) : (
        <Text>This event is not among those that are shown: clear the filters, or show older ones.</Text>
      )}
    </Drawer>
  )
}

function Known({ event, onClose }: { event: AuditEvent; onClose: () => void }) {
  const { set } = useAuditFilter()
  const only = (name: 'actor_id' | 'object_id', id: string) => {
    onClose()
    set(name, id)
  }
  return (
    <Stack>
      <Facts>
        <Fact name="What">
          {actionWords(event.action)} <code>{event.action}</code>
        </Fact>
        <Fact name="Time">
          {new Date(event.at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })}
          <Text size="xs" c="dimmed">
            <TimeAgo at={event.at} />
          </Text>
        </Fact>
        <Fact name="Who">
          <UpstreamText text={event.actor_name} />
          <Text size="xs" c="dimmed">
            {event.actor_type} {event.actor_id}
          </Text>
        </Fact>
        <Fact name="Object">
          <UpstreamText text={objectName(event)} />
          <Text size="xs" c="dimmed">
            {event.object_type} {event.object_id}
          </Text>
        </Fact>
      </Facts>
      <Group gap="xs">
        <Button variant="default" size="compact-sm" onClick={() => only('actor_id', event.actor_id)}>
          All by this person or key
        </Button>
        <Button variant="default" size="compact-sm" onClick={() => only('object_id', event.object_id)}>
          All of this object
        </Button>
      </Group>
      <Changes event={event} />
      <Facts>
        <Fact name="Request id">
          {event.request_id}
          {event.request_id && <CopyButton value={event.request_id} what="request id" mt={4} />}
        </Fact>
        <Fact name="Hash">
          <code>{event.hash}</code>
        </Fact>
        <Fact name="Before it">
          <code>{event.previous_hash}</code>
        </Fact>
      </Facts>
    </Stack>
  )
}

function Changes({ event: { before, after } }: { event: AuditEvent }) {
  const changed = changedMembers(before, after)
  if (changed.length === 0) return null
  return (
    <Stack gap="xs" component="section" aria-labelledby="changes">
      <Title order={3} id="changes">
        Before and after
      </Title>
      <Table aria-label="Before and after" layout="fixed" fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Member</Table.Th>
            <Table.Th>Before</Table.Th>
            <Table.Th>After</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {changed.map((one) => (
            <Table.Tr key={one.name}>
              <Table.Th className="gh-break">{one.name}</Table.Th>
              <Side text={one.before} />
              <Side text={one.after} />
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  )
}

const Side = ({ text }: { text: string | null }) => (
  <Table.Td className="gh-break">{text === null ? '' : <UpstreamText text={text} />}</Table.Td>
)

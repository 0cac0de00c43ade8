'use client'
// Who is in the workspace, as what, and who is invited; the search lives in the address.

import type { Member } from '@gatehouse/registry-api'
import { Button, Group, Stack, Text, Title, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { parseAsBoolean, parseAsString, useQueryStates } from 'nuqs'
import { count } from '#lib/format.ts'
import { useFocusReturn } from '#lib/use-focus-return.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { Rows } from '#ui/rows.tsx'
import { SearchField } from '#ui/search-field.tsx'
import { InvitationRow } from './invitation-row.tsx'
import { MemberRow } from './member-row.tsx'
import { invitationsRead, membersRead } from './queries.ts'

/** Comes when it is opened. */
const Invite = dynamic(() => import('./invite.tsx').then((module) => module.Invite))

const about = 'Who is in this workspace, and what their role allows.'

export function MemberList() {
  const { may } = useWorkspace()
  if (may('members:manage')) return <Screen />
  return (
    <>
      <PageHeader title="People" about={about} />
      <Empty sentence="Members are managed by owners and admins. Ask one of them to invite somebody." />
    </>
  )
}

function Screen() {
  const { id } = useWorkspace()
  const members = useQuery(membersRead(id))
  const [{ invite }, set] = useQueryStates({ invite: parseAsBoolean.withDefault(false) })
  useFocusReturn(invite)
  return (
    <>
      <PageHeader title="People" about={about}>
        <Button onClick={() => void set({ invite: true })}>Invite somebody</Button>
      </PageHeader>
      <Stack gap="xl">
        <QueryView query={members} failed="The members could not be loaded">
          {(all) => <Members all={all} />}
        </QueryView>
        <Invitations />
      </Stack>
      {invite && <Invite onClose={() => void set({ invite: null })} />}
    </>
  )
}

const actions = <VisuallyHidden key="actions">Actions</VisuallyHidden>

function Members({ all }: { all: Member[] }) {
  const [{ q }, set] = useQueryStates({ q: parseAsString.withDefault('') })
  const wanted = q.toLowerCase()
  const shown = all
    .filter(({ name, email }) => `${name} ${email}`.toLowerCase().includes(wanted))
    .sort((a, b) => a.name.localeCompare(b.name))
  const owners = all.filter(({ role }) => role === 'owner').length
  return (
    <Stack>
      <Group>
        <SearchField label="Search people" value={q} onChange={(text) => void set({ q: text || null })} />
      </Group>
      <Text size="sm" c="dimmed" role="status">
        {q ? `${shown.length} of ${count(all.length, 'member')}` : count(all.length, 'member')}
      </Text>
      {shown.length === 0 ? (
        <Empty sentence={`No member's name or e-mail contains “${q}”.`}>
          <Button variant="default" onClick={() => void set({ q: null })}>
            Clear the search
          </Button>
        </Empty>
      ) : (
        <Rows
          label="Members"
          heads={['Name', 'Role', 'Keys', 'Connections', 'Member since', actions]}
          folded={'"name role" "keys connections" "since since" "actions actions"'}
        >
          {shown.map((member) => (
            <MemberRow
              key={member.id}
              member={member}
              isLastOwner={member.role === 'owner' && owners === 1}
            />
          ))}
        </Rows>
      )}
    </Stack>
  )
}

function Invitations() {
  const { id } = useWorkspace()
  const invitations = useQuery(invitationsRead(id))
  return (
    <Stack component="section" aria-labelledby="invitations">
      <Title order={2} id="invitations">
        Open invitations
      </Title>
      <QueryView
        query={invitations}
        failed="The invitations could not be loaded"
        rows={2}
        empty={{
          when: (all) => all.length === 0,
          show: <Text c="dimmed">None is open. An invitation is a link that works once, for a week.</Text>,
        }}
      >
        {(all) => (
          <Rows
            label="Open invitations"
            heads={['For', 'Role', 'Invited by', 'Ends', actions]}
            folded={'"for role" "by ends" "actions actions"'}
          >
            {all.map((invitation) => (
              <InvitationRow key={invitation.id} invitation={invitation} />
            ))}
          </Rows>
        )}
      </QueryView>
    </Stack>
  )
}

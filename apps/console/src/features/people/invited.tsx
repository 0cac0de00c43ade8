'use client'
// What an invitation opens: join with the account that is signed in, with another one, or with a new one.

import type { CheckedInvitation } from '@gatehouse/registry-api'
import { Anchor, SegmentedControl, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '#lib/api-error.ts'
import { roleAbout, roleName } from '#lib/role-words.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { Loading, QueryView } from '#ui/query-view.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { JoinForm } from './join-form.tsx'
import { JoinNew } from './join-new.tsx'
import { JoinSignedIn } from './join-signed-in.tsx'
import { invitationRead, sessionRead } from './queries.ts'
import { useLinkToken } from './use-link-token.ts'

export function Invited() {
  const token = useLinkToken()
  const invitation = useQuery({ ...invitationRead(token ?? ''), enabled: Boolean(token) })
  const session = useQuery(sessionRead())
  const failed = 'The invitation could not be checked'
  if (token === '' || toApiError(invitation.error).code === 'link_invalid') return <NoInvitation />
  if (invitation.isError)
    return (
      <>
        <Title order={1}>Your invitation</Title>
        <ErrorCard title={failed} error={invitation.error} retry={() => void invitation.refetch()} />
      </>
    )
  if (!token || !invitation.data) return <Loading rows={3} failed={failed} />
  return (
    <>
      <About invitation={invitation.data} />
      <QueryView query={session} failed="Your session could not be checked">
        {({ user }) =>
          user ? (
            <JoinSignedIn token={token} user={user} />
          ) : (
            <Ways token={token} invitation={invitation.data} />
          )
        }
      </QueryView>
    </>
  )
}

function About({ invitation }: { invitation: CheckedInvitation }) {
  const { workspace, invited_by, role, expires_at } = invitation
  return (
    <>
      <Title order={1} className="gh-break">
        Join <UpstreamText text={workspace.name} />
      </Title>
      <Text>
        <UpstreamText text={invited_by} /> invites you as <strong>{roleName(role).toLowerCase()}</strong>:{' '}
        {roleAbout(role)}.
      </Text>
      <Text size="sm" c="dimmed">
        The link works once and ends <TimeAgo at={expires_at} />.
      </Text>
    </>
  )
}

function Ways({ token, invitation }: { token: string; invitation: CheckedInvitation }) {
  const [way, setWay] = useState('new')
  return (
    <Stack>
      <SegmentedControl
        aria-label="Your account"
        fullWidth
        data={[
          { value: 'new', label: 'New account' },
          { value: 'known', label: 'I have one' },
        ]}
        value={way}
        onChange={setWay}
      />
      {way === 'new' ? <JoinNew token={token} email={invitation.email ?? ''} /> : <JoinForm token={token} />}
    </Stack>
  )
}

function NoInvitation() {
  return (
    <>
      <Title order={1}>This invitation does not work</Title>
      <Text>It is unknown, was used or withdrawn, or has expired. An invitation works once, for a week.</Text>
      <Text>Ask whoever invited you for a new one.</Text>
      <Anchor href="/sign-in">Sign in with e-mail and password</Anchor>
    </>
  )
}

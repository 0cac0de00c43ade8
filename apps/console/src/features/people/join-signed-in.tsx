'use client'
// Joins with the account that is signed in here.

import { Button, Stack, Text } from '@mantine/core'
import { toApiError } from '#lib/api-error.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { type SessionUser, useJoin, useSignOut } from './queries.ts'

export function JoinSignedIn({ token, user }: { token: string; user: SessionUser }) {
  const join = useJoin()
  const signOut = useSignOut(() => window.location.reload())
  return (
    <Stack>
      <Text>
        You are signed in as{' '}
        <strong>
          <UpstreamText text={user.name} />
        </strong>{' '}
        ({user.email}).
      </Text>
      {join.isError && (
        <ErrorCard title="You have not joined" error={join.error}>
          {toApiError(join.error).code === 'already_member' && (
            <Button component="a" href="/" size="compact-sm">
              Go to Gatehouse
            </Button>
          )}
        </ErrorCard>
      )}
      <Button onClick={() => join.mutate({ token })} loading={join.isPending || join.isSuccess}>
        Join
      </Button>
      <Button variant="default" onClick={() => signOut.mutate()} loading={signOut.isPending}>
        Sign out and use another account
      </Button>
      {signOut.isError && <ErrorCard title="You are still signed in" error={signOut.error} />}
    </Stack>
  )
}

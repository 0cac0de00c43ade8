'use client'
// For who is signed in and a member of nothing, or nothing any more.

import { Button, Stack, Text, Title } from '@mantine/core'
import { ErrorCard } from '#ui/error-card.tsx'
import { useSignOut } from './queries.ts'

export function NoWorkspace() {
  const signOut = useSignOut()
  return (
    <Stack>
      <Title order={1}>You are in no workspace</Title>
      <Text>
        Ask an owner or admin for an invitation and open its link here: you join with the account that you are
        signed in with.
      </Text>
      {signOut.isError && <ErrorCard title="You are still signed in" error={signOut.error} />}
      <Button variant="default" onClick={() => signOut.mutate()} loading={signOut.isPending}>
        Sign out
      </Button>
    </Stack>
  )
}

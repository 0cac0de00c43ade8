'use client'
// E-mail and password.

import { Button, Stack, Text, Title } from '@mantine/core'
import { useMounted } from '@mantine/hooks'
import { useSearchParams } from 'next/navigation'
import { ErrorCard } from '#ui/error-card.tsx'
import { useSignIn } from './queries.ts'
import { safeNext } from './safe-next.ts'
import { SignInFields, signInError, useSignInForm } from './sign-in-fields.tsx'

export function SignIn() {
  const signIn = useSignIn(safeNext(useSearchParams().get('next')))
  const form = useSignInForm()
  /** Before, the browser itself would send the form, to nobody. */
  const isAlive = useMounted()
  return (
    <form onSubmit={form.onSubmit((values) => signIn.mutate(values))} noValidate>
      <Stack>
        <Title order={1}>Sign in</Title>
        <SignInFields form={form} />
        {signIn.isError && <ErrorCard title="You are not signed in" error={signInError(signIn.error)} />}
        <Button type="submit" disabled={!isAlive} loading={signIn.isPending || signIn.isSuccess}>
          Sign in
        </Button>
        <Text size="sm" c="dimmed">
          Password lost? An owner or admin makes you a link for a new one. First time here, or the owner
          yourself? <code>npm start</code> prints a one-time link; so does <code>npm run owner-link</code> in
          the registry's folder.
        </Text>
      </Stack>
    </form>
  )
}

'use client'
// Signs in with an account that is there, then joins with it.

import { Button, Stack } from '@mantine/core'
import { ErrorCard } from '#ui/error-card.tsx'
import { useJoin, useSignInHere } from './queries.ts'
import { SignInFields, signInError, useSignInForm } from './sign-in-fields.tsx'

export function JoinForm({ token }: { token: string }) {
  const signIn = useSignInHere()
  const join = useJoin()
  const form = useSignInForm()
  const submit = form.onSubmit((values) => signIn.mutate(values, { onSuccess: () => join.mutate({ token }) }))
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <SignInFields form={form} />
        {signIn.isError && <ErrorCard title="You are not signed in" error={signInError(signIn.error)} />}
        {join.isError && <ErrorCard title="You have not joined" error={join.error} />}
        <Button type="submit" loading={signIn.isPending || join.isPending || join.isSuccess}>
          Sign in and join
        </Button>
      </Stack>
    </form>
  )
}

'use client'
// Signs in by a link; who lost the password chooses a new one on the way, and has to where the link was made for that.

import { Button, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { ErrorCard } from '#ui/error-card.tsx'
import { leastPassword } from './account-fields.tsx'
import { useSignInByLink } from './queries.ts'

export function LinkForm({ token, resets = false }: { token: string; resets?: boolean }) {
  const signIn = useSignInByLink()
  const form = useForm({
    initialValues: { password: '' },
    validate: {
      password: (value) =>
        (value === '' && !resets) || value.length >= leastPassword
          ? null
          : `At least ${leastPassword} characters`,
    },
  })
  const submit = form.onSubmit(({ password }) =>
    signIn.mutate(password === '' ? { token } : { token, password }),
  )
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Title order={1}>Welcome back</Title>
        <Text c="dimmed">This link signs you in, once.</Text>
        <PasswordInput
          label={resets ? 'New password' : 'New password (optional)'}
          description={`${resets ? '' : 'Only if you lost the old one. '}Every other session of yours ends then.`}
          required={resets}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
          {...form.getInputProps('password')}
        />
        {signIn.isError && <ErrorCard title="You are not signed in" error={signIn.error} />}
        <Button type="submit" loading={signIn.isPending || signIn.isSuccess} data-autofocus>
          Continue
        </Button>
      </Stack>
    </form>
  )
}

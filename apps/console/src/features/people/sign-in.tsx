'use client'
// E-mail and password.

import { Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useSearchParams } from 'next/navigation'
import { ApiError, toApiError } from '#lib/api-error.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { useSignIn } from './queries.ts'
import { safeNext } from './safe-next.ts'

export function SignIn() {
  const signIn = useSignIn(safeNext(useSearchParams().get('next')))
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (value) => (value.trim() ? null : 'Your e-mail address'),
      password: (value) => (value ? null : 'Your password'),
    },
  })
  return (
    <form onSubmit={form.onSubmit((values) => signIn.mutate(values))} noValidate>
      <Stack>
        <Title order={1}>Sign in</Title>
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
          {...form.getInputProps('password')}
        />
        {signIn.isError && <ErrorCard title="You are not signed in" error={asOurs(signIn.error)} />}
        <Button type="submit" loading={signIn.isPending || signIn.isSuccess}>
          Sign in
        </Button>
        <Text size="sm" c="dimmed">
          First time here, or password lost? <code>npm start</code> prints a one-time link; so does{' '}
          <code>npm run owner-link</code> in the registry's folder.
        </Text>
      </Stack>
    </form>
  )
}

/** better-auth's refusal in the words of our code table. */
function asOurs(error: Error): ApiError {
  const known = toApiError(error)
  if (known.status !== 401) return known
  const detail = 'Check both: this e-mail and password do not match an account'
  return new ApiError({ status: 401, code: 'sign_in_failed', detail, requestId: known.requestId })
}

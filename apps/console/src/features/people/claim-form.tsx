'use client'
// Makes the owner's account.

import { Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { fieldOf, halves, toApiError } from '#lib/api-error.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { useClaim } from './queries.ts'

const fields = ['name', 'email', 'password']
export const leastPassword = 12

export function ClaimForm({ token }: { token: string }) {
  const claim = useClaim()
  const form = useForm({
    initialValues: { name: '', email: '', password: '' },
    validate: {
      name: (value) => (value.trim() ? null : 'Say how others see you'),
      email: (value) => (/^\S+@\S+\.\S+$/.test(value) ? null : 'An e-mail address, like ada@example.com'),
      password: (value) => (value.length >= leastPassword ? null : `At least ${leastPassword} characters`),
    },
  })
  const submit = form.onSubmit((values) =>
    claim.mutate(
      { token, ...values },
      {
        onError: (error) => {
          const { code, detail } = toApiError(error)
          const field = fieldOf({ code, detail }, fields)
          if (field) form.setFieldError(field, halves(detail).what)
        },
      },
    ),
  )
  const onAField = claim.isError && fieldOf(toApiError(claim.error), fields) !== undefined
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Title order={1}>Claim your account</Title>
        <Text c="dimmed">
          You become the owner of this Gatehouse. There is no default password: choose yours.
        </Text>
        <TextInput label="Name" autoComplete="name" required {...form.getInputProps('name')} />
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          description={`At least ${leastPassword} characters. A sentence is fine.`}
          autoComplete="new-password"
          required
          visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
          {...form.getInputProps('password')}
        />
        {claim.isError && !onAField && <ErrorCard title="The account was not claimed" error={claim.error} />}
        <Button type="submit" loading={claim.isPending || claim.isSuccess}>
          Claim account
        </Button>
      </Stack>
    </form>
  )
}

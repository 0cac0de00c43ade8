'use client'
// Makes the owner's account.

import { Button, Stack, Text, Title } from '@mantine/core'
import { ErrorCard } from '#ui/error-card.tsx'
import { AccountFields, isOnField, onField, useAccountForm } from './account-fields.tsx'
import { useClaim } from './queries.ts'

export function ClaimForm({ token }: { token: string }) {
  const claim = useClaim()
  const form = useAccountForm()
  const submit = form.onSubmit((values) =>
    claim.mutate({ token, ...values }, { onError: (error) => onField(form, error) }),
  )
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Title order={1}>Claim your account</Title>
        <Text c="dimmed">
          You become the owner of this Gatehouse. There is no default password: choose yours.
        </Text>
        <AccountFields form={form} />
        {claim.isError && !isOnField(claim.error) && (
          <ErrorCard title="The account was not claimed" error={claim.error} />
        )}
        <Button type="submit" loading={claim.isPending || claim.isSuccess}>
          Claim account
        </Button>
      </Stack>
    </form>
  )
}

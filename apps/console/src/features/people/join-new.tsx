'use client'
// Joins with a new account.

import { Button, Stack } from '@mantine/core'
import { ErrorCard } from '#ui/error-card.tsx'
import { AccountFields, isOnField, onField, useAccountForm } from './account-fields.tsx'
import { useJoin } from './queries.ts'

export function JoinNew({ token, email }: { token: string; email: string }) {
  const join = useJoin()
  const form = useAccountForm(email)
  const submit = form.onSubmit((account) =>
    join.mutate({ token, account }, { onError: (error) => onField(form, error) }),
  )
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <AccountFields form={form} />
        {join.isError && !isOnField(join.error) && (
          <ErrorCard title="You have not joined" error={join.error} />
        )}
        <Button type="submit" loading={join.isPending || join.isSuccess}>
          Make account and join
        </Button>
      </Stack>
    </form>
  )
}

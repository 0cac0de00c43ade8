'use client'

// Where an authorization server registers no clients by itself: somebody has made one there, and enters what it gave them.

import type { Server } from '@gatehouse/registry-api'
import { Button, Stack } from '@mantine/core'
import { useForm } from '@mantine/form'
import { fieldOf, halves, toApiError } from '#lib/api-error.ts'
import { ClientFields, clientBody, clientFields, noClient, validateClient } from '#ui/client-fields.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { useEnterClient } from './queries.ts'

export function EnterClient({ server, onEntered }: { server: Server; onEntered: () => void }) {
  const enter = useEnterClient()
  const form = useForm({ initialValues: noClient, validate: validateClient })
  const submit = form.onSubmit((values) =>
    enter.mutate(
      { name: server.name, server_url: server.url, ...clientBody(values) },
      {
        onSuccess: onEntered,
        onError: (error) => {
          const field = fieldOf(toApiError(error), clientFields)
          if (field) form.setFieldError(field, halves(toApiError(error).detail).what)
        },
      },
    ),
  )
  const elsewhere = enter.isError && fieldOf(toApiError(enter.error), clientFields) === undefined
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <ClientFields form={form} />
        {elsewhere && <ErrorCard title="The client was not saved" error={enter.error} />}
        <Button type="submit" loading={enter.isPending} style={{ alignSelf: 'flex-start' }}>
          Save client
        </Button>
      </Stack>
    </form>
  )
}

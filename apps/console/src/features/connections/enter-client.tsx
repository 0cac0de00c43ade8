'use client'

// Where an authorization server registers no clients by itself: somebody has made one there, and enters what it gave them.

import type { Server } from '@gatehouse/registry-api'
import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { fieldOf, halves, toApiError } from '#lib/api-error.ts'
import { CodeBlock } from '#ui/code-block.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { useEnterClient } from './queries.ts'

const fields = ['client_id', 'client_secret']

export function EnterClient({ server, onEntered }: { server: Server; onEntered: () => void }) {
  const enter = useEnterClient()
  const form = useForm({
    initialValues: { client_id: '', client_secret: '' },
    validate: { client_id: (value) => (value.trim() ? null : 'What the authorization server calls us') },
  })
  const submit = form.onSubmit(({ client_id, client_secret }) =>
    enter.mutate(
      {
        name: server.name,
        client_id: client_id.trim(),
        server_url: server.url,
        ...(client_secret && { client_secret }),
      },
      {
        onSuccess: onEntered,
        onError: (error) => {
          const field = fieldOf(toApiError(error), fields)
          if (field) form.setFieldError(field, halves(toApiError(error).detail).what)
        },
      },
    ),
  )
  const elsewhere = enter.isError && fieldOf(toApiError(enter.error), fields) === undefined
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">Register a client there by hand, with this redirect URI, and enter it here:</Text>
        <CodeBlock text={`${window.location.origin}/connect/callback`} what="redirect URI" />
        <TextInput label="Client id" required autoComplete="off" {...form.getInputProps('client_id')} />
        <PasswordInput
          label="Client secret (optional)"
          description="Stored encrypted, never shown again."
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': 'Show client secret' }}
          {...form.getInputProps('client_secret')}
        />
        {elsewhere && <ErrorCard title="The client was not saved" error={enter.error} />}
        <Button type="submit" loading={enter.isPending} style={{ alignSelf: 'flex-start' }}>
          Save client
        </Button>
      </Stack>
    </form>
  )
}

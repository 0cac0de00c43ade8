'use client'

// A word to tell one connection from another, such as the account that it is for.

import type { Connection } from '@gatehouse/registry-api'
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { fieldOf, halves, toApiError } from '#lib/api-error.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { useLabelConnection } from './queries.ts'

export function LabelConnection({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const update = useLabelConnection(connection.id)
  const form = useForm({ initialValues: { label: connection.label } })
  const close = () => {
    if (!update.isPending) onClose()
  }
  const submit = form.onSubmit(({ label }) =>
    update.mutate(
      { label: label.trim() },
      {
        onSuccess: onClose,
        onError: (error) => {
          const known = toApiError(error)
          if (fieldOf(known, ['label'])) form.setFieldError('label', halves(known.detail).what)
        },
      },
    ),
  )
  const elsewhere = update.isError && !fieldOf(toApiError(update.error), ['label'])
  return (
    <Modal opened onClose={close} title="Label this connection">
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label="Label (optional)"
            description="For instance the account that you signed in with."
            maxLength={256}
            data-autofocus
            {...form.getInputProps('label')}
          />
          {elsewhere && <ErrorCard title="The label was not saved" error={update.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} disabled={update.isPending}>
              Cancel
            </Button>
            <Button type="submit" loading={update.isPending}>
              Save label
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

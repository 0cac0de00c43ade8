'use client'
// Asks before something is taken away, names it and says what it hits. Closes only when the registry confirmed.

import { Button, Group, Modal, Stack } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ErrorCard } from './error-card.tsx'

interface Props {
  opened: boolean
  /** "Delete server Files?" */
  title: string
  /** "Delete server" */
  action: string
  /** What the mutation does, where it fails: "The server was not deleted". */
  failed: string
  mutation: UseMutationResult<unknown, Error, void>
  onClose: () => void
  children: ReactNode
}

export function ConfirmDialog({ opened, title, action, failed, mutation, onClose, children }: Props) {
  const close = () => {
    if (mutation.isPending) return
    mutation.reset()
    onClose()
  }
  return (
    <Modal opened={opened} onClose={close} title={title}>
      <Stack>
        {children}
        {mutation.isError && <ErrorCard title={failed} error={mutation.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} disabled={mutation.isPending} data-autofocus>
            Cancel
          </Button>
          <Button color="red.9" loading={mutation.isPending} onClick={() => mutation.mutate()}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

'use client'
// The question before a provider is deleted: the connections and servers that lose it.

import type { Connection, OAuthProvider, Server } from '@gatehouse/registry-api'
import { List, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { count } from '#lib/format.ts'
import { plainly } from '#lib/invisible.ts'
import { ConfirmDialog } from '#ui/confirm-dialog.tsx'
import { useDeleteProvider } from './queries.ts'

interface Props {
  provider: OAuthProvider
  /** Undefined: not known. */
  usedBy: readonly Server[] | undefined
  made: readonly Connection[] | undefined
  onClose: () => void
}

export function DeleteProvider({ provider, usedBy, made, onClose }: Props) {
  const name = plainly(provider.name)
  const remove = useDeleteProvider(provider.id, () => {
    onClose()
    notifications.show({ title: 'Provider deleted', message: `${name} and its connections are gone.` })
  })
  const manual = provider.kind === 'manual'
  return (
    <ConfirmDialog
      opened
      title={`Delete provider ${name}?`}
      action="Delete provider"
      failed="The deletion is not confirmed"
      mutation={remove}
      onClose={onClose}
    >
      <List size="sm">
        <List.Item>
          {made === undefined
            ? 'Which connections were made with it is not known.'
            : made.length === 0
              ? 'No connection was made with it.'
              : `${count(made.length, 'connection')} that you can see ${made.length === 1 ? 'ends' : 'end'}, and the tokens are revoked.`}
        </List.Item>
        <List.Item>
          {usedBy === undefined
            ? 'Which servers use it is not known.'
            : usedBy.length === 0
              ? 'No server uses it.'
              : `Used by ${usedBy.map((one) => plainly(one.name)).join(', ')}.`}
        </List.Item>
      </List>
      <Text size="sm">
        {manual
          ? 'Its stored secret is destroyed. A server that names it refuses calls until you choose another.'
          : 'Another one is registered when somebody connects again.'}
      </Text>
    </ConfirmDialog>
  )
}

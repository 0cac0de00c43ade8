'use client'

// The question before a key is revoked: its name, and who will be refused.

import type { ApiKey } from '@gatehouse/registry-api'
import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { plainly } from '#lib/invisible.ts'
import { ConfirmDialog } from '#ui/confirm-dialog.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { useRevokeKey } from './queries.ts'

export function RevokeKey({
  apiKey,
  opened,
  onClose,
}: {
  apiKey: ApiKey
  opened: boolean
  onClose: () => void
}) {
  const name = plainly(apiKey.name)
  const revoke = useRevokeKey(apiKey.id, () => {
    onClose()
    notifications.show({ title: 'Key revoked', message: `No gateway takes ${name} any more.` })
  })
  return (
    <ConfirmDialog
      opened={opened}
      title={`Revoke ${name}?`}
      action="Revoke key"
      failed="The revocation is not confirmed"
      mutation={revoke}
      onClose={onClose}
    >
      <Text>
        Every client that shows <code>{apiKey.prefix}…</code> is refused from then on. This can not be undone.
      </Text>
      <Text>
        {apiKey.last_used_at === null ? (
          'It was never used.'
        ) : (
          <>
            It was last used <TimeAgo at={apiKey.last_used_at} />.
          </>
        )}
      </Text>
    </ConfirmDialog>
  )
}

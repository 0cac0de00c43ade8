'use client'
// The question before somebody is removed: their name, and what stops working with them.

import type { Member } from '@gatehouse/registry-api'
import { List, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { count } from '#lib/format.ts'
import { plainly } from '#lib/invisible.ts'
import { ConfirmDialog } from '#ui/confirm-dialog.tsx'
import { useRemoveMember } from './queries.ts'

interface Props {
  member: Member
  isMe: boolean
  onClose: () => void
}

export function RemoveMember({ member, isMe, onClose }: Props) {
  const name = plainly(member.name)
  const remove = useRemoveMember(member.id, () => {
    if (isMe) return window.location.replace('/')
    onClose()
    notifications.show({
      title: 'Member removed',
      message: `No gateway takes a key of ${name} any more.`,
    })
  })
  return (
    <ConfirmDialog
      opened
      title={isMe ? 'Leave the workspace?' : `Remove ${name}?`}
      action={isMe ? 'Leave' : 'Remove member'}
      failed="The removal is not confirmed"
      mutation={remove}
      onClose={onClose}
    >
      <Text>These stop working at once, and can not be brought back:</Text>
      <List>
        <List.Item>{count(member.api_keys, 'API key')}, with every client that shows one</List.Item>
        <List.Item>{count(member.connections, 'connection')} to servers</List.Item>
        <List.Item>{isMe ? 'your' : 'their'} way into this workspace, and the invitations made</List.Item>
      </List>
      <Text>Service keys stay; so do records of calls and the audit trail.</Text>
    </ConfirmDialog>
  )
}

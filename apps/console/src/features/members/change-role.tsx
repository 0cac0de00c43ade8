'use client'
// The question before somebody gets another role: what it allows, and that their keys follow.

import type { Member, Role } from '@gatehouse/registry-api'
import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { plainly } from '#lib/invisible.ts'
import { roleAbout, roleName } from '#lib/role-words.ts'
import { ConfirmDialog } from '#ui/confirm-dialog.tsx'
import { useChangeRole } from './queries.ts'

export function ChangeRole({ member, to, onClose }: { member: Member; to: Role; onClose: () => void }) {
  const name = plainly(member.name)
  const change = useChangeRole(member.id, to, () => {
    onClose()
    notifications.show({ title: 'Role changed', message: `${name} is ${roleName(to).toLowerCase()} now.` })
  })
  return (
    <ConfirmDialog
      opened
      title={`Make ${name} ${roleName(to).toLowerCase()}?`}
      action="Change role"
      failed="The change is not confirmed"
      mutation={change}
      onClose={onClose}
    >
      <Text>
        {roleName(to)}: {roleAbout(to)}. Now: {roleName(member.role)}.
      </Text>
      <Text>
        It holds at once, for their session and for the keys that act as them. Invitations that they made and
        could not make any more are withdrawn.
      </Text>
    </ConfirmDialog>
  )
}

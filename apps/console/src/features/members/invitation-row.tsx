'use client'
// One open invitation, and taking it back.

import type { Invitation } from '@gatehouse/registry-api'
import { Button, Group, Table, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { roleName } from '#lib/role-words.ts'
import { useFocusReturn } from '#lib/use-focus-return.ts'
import { ConfirmDialog } from '#ui/confirm-dialog.tsx'
import { Cell } from '#ui/rows.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { useWithdraw } from './queries.ts'

export function InvitationRow({ invitation }: { invitation: Invitation }) {
  const [asking, ask] = useDisclosure()
  useFocusReturn(asking)
  const whom = invitation.email ?? 'whoever has the link'
  const withdraw = useWithdraw(invitation.id, () => {
    ask.close()
    notifications.show({ title: 'Invitation withdrawn', message: 'Its link works no more.' })
  })
  return (
    <Table.Tr role="row">
      <Cell area="for">{invitation.email ?? 'Whoever has the link'}</Cell>
      <Cell area="role" end="folded">
        {roleName(invitation.role)}
      </Cell>
      <Cell area="by" label="Invited by">
        <UpstreamText text={invitation.invited_by} />
      </Cell>
      <Cell area="ends" label="Ends" end="folded" whole>
        <TimeAgo at={invitation.expires_at} />
      </Cell>
      <Cell area="actions">
        <Group justify="flex-end">
          <Button
            variant="default"
            size="compact-sm"
            onClick={ask.open}
            aria-label={`Withdraw the invitation for ${whom}`}
          >
            Withdraw
          </Button>
        </Group>
        <ConfirmDialog
          opened={asking}
          title="Withdraw the invitation?"
          action="Withdraw"
          failed="It was not withdrawn"
          mutation={withdraw}
          onClose={ask.close}
        >
          <Text>
            The link that invites {whom} as {roleName(invitation.role).toLowerCase()} works no more then.
          </Text>
        </ConfirmDialog>
      </Cell>
    </Table.Tr>
  )
}

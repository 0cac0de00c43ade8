'use client'
// One member: another role, a link for a lost password, the way out.

import type { Member, Role } from '@gatehouse/registry-api'
import { Button, Group, NativeSelect, Table, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { plainly } from '#lib/invisible.ts'
import { roleAbout, roleName, roles } from '#lib/role-words.ts'
import { useFocusReturn } from '#lib/use-focus-return.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Cell } from '#ui/rows.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'

/** They come when they are opened. */
const ChangeRole = dynamic(() => import('./change-role.tsx').then((module) => module.ChangeRole))
const RemoveMember = dynamic(() => import('./remove-member.tsx').then((module) => module.RemoveMember))
const ResetPassword = dynamic(() => import('./reset-password.tsx').then((module) => module.ResetPassword))

export function MemberRow({ member, isLastOwner }: { member: Member; isLastOwner: boolean }) {
  const { me } = useWorkspace()
  const [role, setRole] = useState<Role | null>(null)
  const [removing, remove] = useDisclosure()
  const [resetting, reset] = useDisclosure()
  useFocusReturn(role !== null || removing || resetting)
  const name = plainly(member.name)
  const isMe = member.id === me.user?.id
  const mayTouch = member.role !== 'owner' || me.role === 'owner'
  const why = !mayTouch
    ? 'Owners are changed by owners only'
    : isLastOwner
      ? 'The last owner stays'
      : undefined
  const choices = roles.filter((one) => one !== 'owner' || me.role === 'owner' || member.role === 'owner')
  return (
    <Table.Tr role="row">
      <Cell area="name">
        <Text size="sm" fw={600}>
          <UpstreamText text={member.name} />
          {isMe && ' (you)'}
        </Text>
        <Text size="xs" c="dimmed">
          {member.email}
        </Text>
      </Cell>
      <Cell area="role">
        <NativeSelect
          aria-label={`Role of ${name}`}
          size="xs"
          data={choices.map((value) => ({ value, label: roleName(value) }))}
          value={member.role}
          title={why ?? roleAbout(member.role)}
          disabled={why !== undefined}
          onChange={(event) => setRole(roles.find((one) => one === event.currentTarget.value) ?? null)}
        />
        {why && (
          <Text size="xs" c="dimmed">
            {why}
          </Text>
        )}
      </Cell>
      <Cell area="keys" label="Keys">
        {member.api_keys}
      </Cell>
      <Cell area="connections" label="Connections" end="folded">
        {member.connections}
      </Cell>
      <Cell area="since" label="Member since" whole>
        <TimeAgo at={member.created_at} />
      </Cell>
      <Cell area="actions">
        <Group gap="xs" justify="flex-end">
          {mayTouch && !isMe && (
            <Button
              variant="default"
              size="compact-sm"
              onClick={reset.open}
              aria-label={`Reset password of ${name}`}
            >
              Reset password
            </Button>
          )}
          {mayTouch && !isLastOwner && (
            <Button
              variant="default"
              size="compact-sm"
              onClick={remove.open}
              aria-label={isMe ? 'Leave the workspace' : `Remove ${name}`}
            >
              {isMe ? 'Leave' : 'Remove'}
            </Button>
          )}
        </Group>
        {role !== null && <ChangeRole member={member} to={role} onClose={() => setRole(null)} />}
        {removing && <RemoveMember member={member} isMe={isMe} onClose={remove.close} />}
        {resetting && <ResetPassword member={member} onClose={reset.close} />}
      </Cell>
    </Table.Tr>
  )
}

'use client'
// Who is signed in, the other workspaces, and the way out.

import { Menu, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { toApiError } from '#lib/api-error.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { HeaderMenu } from '#ui/header-menu.tsx'
import type { MenuFace } from '#ui/late-menu.tsx'
import { useSignOut } from './queries.ts'

export default function AccountItems(face: MenuFace) {
  const { me, slug } = useWorkspace()
  const signOut = useSignOut()
  const leave = () =>
    signOut.mutate(undefined, {
      onError: (error) =>
        notifications.show({
          color: 'red',
          title: 'You are still signed in',
          message: toApiError(error).detail,
        }),
    })
  const others = me.workspaces.filter((one) => one.slug !== slug)
  return (
    <HeaderMenu {...face} name="Account" width={240}>
      <Menu.Label c="var(--mantine-color-text)" className="gh-break">
        {me.user?.name ?? me.actor.name}
        <Text size="xs" c="dimmed">
          {me.user?.email} · {me.role} of {me.workspace.name}
        </Text>
      </Menu.Label>
      <Menu.Divider />
      {others.map((one) => (
        <Menu.Item key={one.id} component="a" href={`/w/${one.slug}`}>
          Go to {one.name}
        </Menu.Item>
      ))}
      <Menu.Item onClick={leave}>Sign out</Menu.Item>
    </HeaderMenu>
  )
}

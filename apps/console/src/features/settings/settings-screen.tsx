'use client'
// What an owner sets for the workspace, and what everybody may know of the installation.

import { Button, Stack, Text } from '@mantine/core'
import Link from 'next/link'
import { useWorkspace } from '#lib/workspace.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { About } from './about.tsx'
import { GatewayList } from './gateway-list.tsx'
import { Keeping } from './keeping.tsx'

export function SettingsScreen() {
  const { may, to } = useWorkspace()
  const isOwners = may('settings:manage')
  return (
    <>
      <PageHeader title="Settings" about="Of this workspace, and facts about the installation.">
        {isOwners && (
          <Button component={Link} href={to('/settings/export')} variant="default">
            Export and import
          </Button>
        )}
      </PageHeader>
      <Stack gap="lg" maw={760}>
        {!isOwners && (
          <Text>How long things are kept, and the gateways, are for owners of the workspace.</Text>
        )}
        {isOwners && <Keeping />}
        {isOwners && <GatewayList />}
        <About />
      </Stack>
    </>
  )
}

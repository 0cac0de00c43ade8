// The frame of pages outside of a workspace: one card in the middle.

import { Center, Group, Paper, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { ThemeSwitch } from './theme-switch.tsx'

export function PlainPage({ children }: { children: ReactNode }) {
  return (
    <>
      <Group component="header" justify="space-between" p="md">
        <Text fw={700}>Gatehouse</Text>
        <ThemeSwitch />
      </Group>
      <Center component="main" id="main" tabIndex={-1} p="md">
        <Paper withBorder p={{ base: 'md', sm: 'xl' }} w="100%" maw={440}>
          <Stack>{children}</Stack>
        </Paper>
      </Center>
    </>
  )
}

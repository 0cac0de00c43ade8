'use client'
// A link, this once, to be passed on by hand.

import { Button, Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { CodeBlock } from '#ui/code-block.tsx'

interface Props {
  link: string
  what: string
  children: ReactNode
  onDone: () => void
}

export function OnceLink({ link, what, children, onDone }: Props) {
  return (
    <Stack>
      <Text>{children}</Text>
      <CodeBlock text={link} what={what} />
      <Text size="sm" c="dimmed">
        Whoever has it can use it. It is not shown again.
      </Text>
      <Group justify="flex-end">
        <Button onClick={onDone}>Done</Button>
      </Group>
    </Stack>
  )
}

// Nothing there: one sentence and the exact next step.

import { Paper, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'

export function Empty({ sentence, children }: { sentence: string; children?: ReactNode }) {
  return (
    <Paper withBorder p="xl">
      <Stack align="center" gap="md">
        <Text ta="center" maw="34rem">
          {sentence}
        </Text>
        {children}
      </Stack>
    </Paper>
  )
}

// One part of the settings, with its heading.

import { Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface Props {
  id: string
  title: string
  about?: string
  children: ReactNode
}

export function Section({ id, title, about, children }: Props) {
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby={id}>
      <Stack>
        <Title order={2} id={id}>
          {title}
        </Title>
        {about && <Text c="dimmed">{about}</Text>}
        {children}
      </Stack>
    </Paper>
  )
}

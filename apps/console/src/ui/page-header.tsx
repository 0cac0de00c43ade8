// The heading of a screen, what it is for, and its main action.

import { Box, Group, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface Props {
  title: ReactNode
  about?: ReactNode
  children?: ReactNode
}

export function PageHeader({ title, about, children }: Props) {
  return (
    <Group justify="space-between" align="flex-start" mb="lg" gap="md">
      <Box flex="1 1 16rem" miw={0}>
        <Title order={1} className="gh-break">
          {title}
        </Title>
        {about && (
          <Text c="dimmed" mt={4} className="gh-break">
            {about}
          </Text>
        )}
      </Box>
      {children && <Group gap="sm">{children}</Group>}
    </Group>
  )
}

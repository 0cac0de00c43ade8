'use client'

// One tool: name, title, what it says about itself, the exact schema. All of it is the server's text.

import type { ToolList } from '@gatehouse/registry-api'
import { Badge, Button, Collapse, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import Link from 'next/link'
import { type ReactNode, useId } from 'react'
import { tokens } from '#lib/format.ts'
import { plainly } from '#lib/invisible.ts'
import { CodeBlock } from '#ui/code-block.tsx'
import { Icon } from '#ui/icons.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { hintsOf, titleOf } from './annotations.ts'

export interface ToolCardProps {
  readonly tool: ToolList['tools'][number]
  /** Of the playground with this tool; undefined for who may not call it. */
  readonly tryAt: string | undefined
  /** Beside the name: whether it is on. */
  readonly state: ReactNode
}

export function ToolCard({ tool, tryAt, state }: ToolCardProps) {
  const [open, { toggle }] = useDisclosure()
  const id = useId()
  const title = titleOf(tool)
  return (
    <Paper withBorder p="md" component="article" aria-labelledby={id}>
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Title order={2} size="h3" id={id} ff="monospace" className="gh-break">
            <UpstreamText text={tool.name} />
          </Title>
          <Group gap="lg">
            <Text
              size="xs"
              c="dimmed"
              className="gh-numbers"
              title="Estimate: four characters of its entry a token"
            >
              ≈ {tokens(tool)} tokens
            </Text>
            {state}
          </Group>
        </Group>
        {title && (
          <Text fw={600}>
            <UpstreamText text={title} />
          </Text>
        )}
        {tool.description && (
          <Text size="sm" className="gh-break" style={{ whiteSpace: 'pre-wrap' }}>
            <UpstreamText text={tool.description} />
          </Text>
        )}
        <Group gap="xs">
          {hintsOf(tool).map((hint) => (
            <Badge key={hint} variant="default" tt="none">
              {hint}
            </Badge>
          ))}
        </Group>
        <Group gap="xs">
          <Button variant="default" size="compact-sm" aria-expanded={open} onClick={toggle}>
            {open ? 'Hide schema' : 'Show schema'}
          </Button>
          {tryAt !== undefined && (
            <Button
              component={Link}
              href={tryAt}
              variant="default"
              size="compact-sm"
              leftSection={<Icon name="play" size={14} />}
              aria-label={`Try ${plainly(tool.name)} in the playground`}
            >
              Try
            </Button>
          )}
        </Group>
        <Collapse expanded={open}>
          {open && (
            <CodeBlock
              text={plainly(JSON.stringify(tool.inputSchema, null, 2))}
              what={`schema of ${plainly(tool.name)}`}
            />
          )}
        </Collapse>
      </Stack>
    </Paper>
  )
}

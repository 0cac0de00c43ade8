'use client'
// Why nothing was sent.

import { Alert, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Icon } from '#ui/icons.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import type { Judged } from './check/judge.ts'

const shown = 10

interface Props {
  readonly judged: Judged
  /** "Not sent: the arguments do not fit the schema" */
  readonly title: string
  readonly children?: ReactNode
}

export function ProblemList({ judged: { problems, unsure }, title, children }: Props) {
  if (unsure !== undefined)
    return (
      <Text size="sm" c="dimmed" className="gh-break" role="status">
        Not checked before it was sent: <UpstreamText text={unsure} />
      </Text>
    )
  if (problems.length === 0) return null
  return (
    <Alert variant="default" role="alert" icon={<Icon name="alert" />} title={title}>
      <Stack gap="xs">
        {problems.slice(0, shown).map(({ at, what }) => (
          <Text key={`${at} ${what}`} size="sm" className="gh-break">
            <code>
              <UpstreamText text={at || '(the whole)'} />
            </code>
            : <UpstreamText text={what} />
          </Text>
        ))}
        {problems.length > shown && <Text size="sm">and {problems.length - shown} more</Text>}
        {children}
      </Stack>
    </Alert>
  )
}

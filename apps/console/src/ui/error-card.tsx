'use client'
// What failed, whose side it is, what to do; both codes, the request's id, and another try.

import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { halves, type Side, sideOf, toApiError } from '#lib/api-error.ts'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icons.tsx'
import { UpstreamText } from './upstream-text.tsx'

interface Props {
  /** What was tried: "Servers could not be loaded". */
  title: string
  error: unknown
  retry?: (() => void) | undefined
  /** Whoever shows this asks again without being told. */
  heals?: boolean
  /** The fix, where there is a better one than another try. */
  children?: ReactNode
}

const sides: Readonly<Record<Side, string>> = {
  'your input': 'Your input',
  'the gateway': "Gatehouse's side",
  'the server': "The MCP server's side",
  'the network': 'The network',
}

export function ErrorCard({ title, error, retry, heals = false, children }: Props) {
  const { status, code, detail, requestId } = toApiError(error)
  const { todo, what } = halves(detail)
  return (
    <Alert
      color="red"
      variant="default"
      role="alert"
      icon={<Icon name="alert" />}
      styles={{ icon: { color: 'var(--gh-bad)' } }}
      title={title}
    >
      <Stack gap="xs">
        <Text size="sm">
          <strong>{sides[sideOf({ status, code })]}:</strong> <UpstreamText text={what} />
        </Text>
        {todo && <Text size="sm">What to do: {todo}.</Text>}
        <Text size="xs" c="dimmed" className="gh-break">
          {status > 0 && `HTTP ${status} · `}
          <code>{code}</code>
          {requestId && ` · request ${requestId}`}
          {heals && ' · asked again by itself'}
        </Text>
        <Group gap="xs">
          {retry && (
            <Button
              variant="default"
              size="compact-sm"
              onClick={retry}
              leftSection={<Icon name="refresh" size={14} />}
            >
              Try again
            </Button>
          )}
          {children}
          {requestId && <CopyButton value={requestId} what="request id" label="Copy request id" />}
        </Group>
      </Stack>
    </Alert>
  )
}

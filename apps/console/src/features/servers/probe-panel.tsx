'use client'
// The live test of a server: each step with how it went and how long it took, and what follows from all of them.

import type { ProbeStep, ProbeVerdict } from '@gatehouse/registry-api'
import { Alert, Anchor, Button, Group, Loader, Stack, Text, Title } from '@mantine/core'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { count, duration } from '#lib/format.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { Status, type Tone } from '#ui/status.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import type { Probe } from './use-probe.ts'

const labels: readonly (readonly [ProbeStep['step'], string])[] = [
  ['name', 'Name'],
  ['connection', 'Connection'],
  ['tls', 'TLS'],
  ['http', 'HTTP'],
  ['era', 'Protocol era'],
  ['auth', 'Authentication'],
  ['discovery', 'Sign-in'],
  ['tools', 'Tools'],
]

const tones: Readonly<Record<Exclude<ProbeStep['state'], 'running'>, Tone>> = {
  done: 'good',
  warning: 'warn',
  failed: 'bad',
  skipped: 'neutral',
}

interface Props {
  probe: Probe | null
  isRunning: boolean
  /** The form says something else now. */
  isOld: boolean
  onTest: () => void
}

export function ProbePanel({ probe, isRunning, isOld, onTest }: Props) {
  return (
    <Stack component="section" aria-labelledby="live-test" gap="sm">
      <Group justify="space-between">
        <Title order={2} id="live-test" size="h4">
          Live test
        </Title>
        <Button variant="default" size="compact-sm" onClick={onTest} loading={isRunning}>
          {probe === null ? 'Test this server' : 'Test again'}
        </Button>
      </Group>
      <div role="status">
        {probe === null ? (
          <Text size="sm" c="dimmed">
            Shows how far the way to it goes and what it wants, before anything is kept.
          </Text>
        ) : isRunning ? (
          <Text size="sm">Trying it…</Text>
        ) : (
          probe.verdict && <Conclusion verdict={probe.verdict} />
        )}
      </div>
      {probe !== null && !(probe.error && probe.steps.length === 0) && (
        <ol className="gh-steps gh-numbers" aria-label="Steps of the test">
          {labels.map(([step, label]) => (
            <Row
              key={step}
              label={label}
              line={probe.steps.find((one) => one.step === step)}
              isOver={!isRunning}
            />
          ))}
        </ol>
      )}
      {probe?.verdict?.transport === 'http-sse' && <OldTransport />}
      {probe?.verdict?.registration === 'manual' && <ByHand />}
      {probe?.error && <ErrorCard title="The server could not be tried" error={probe.error} retry={onTest} />}
      {isOld && !isRunning && (
        <Text size="sm" c="var(--gh-warn)">
          This was about another URL or other headers: test again.
        </Text>
      )}
    </Stack>
  )
}

function Row({ label, line, isOver }: { label: string; line: ProbeStep | undefined; isOver: boolean }) {
  const state = line?.state
  return (
    <li>
      <span>{label}</span>
      <span>
        {line === undefined ? (
          isOver && <Status tone="neutral">Not come to</Status>
        ) : state === undefined || state === 'running' ? (
          <Group gap="xs" wrap="nowrap">
            <Loader size={14} aria-hidden="true" />
            <span>Under way…</span>
          </Group>
        ) : (
          <>
            <Status tone={tones[state]}>
              <UpstreamText text={sentence(line.what ?? '')} />
            </Status>
            {line.todo && (
              <Text size="sm" c="dimmed">
                What to do: {line.todo}.
                {line.code && (
                  <>
                    {' '}
                    <code>{line.code}</code>
                  </>
                )}
              </Text>
            )}
          </>
        )}
      </span>
      <span>{line?.took_ms !== undefined && line.took_ms !== null && duration(line.took_ms)}</span>
    </li>
  )
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

function Conclusion({ verdict }: { verdict: ProbeVerdict }): ReactNode {
  const { auth, header, tool_count, transport } = verdict
  if (tool_count !== null) return <Status tone="good">It works: {count(tool_count, 'tool')}</Status>
  if (transport === 'http-sse') return <Status tone="bad">It speaks only HTTP+SSE</Status>
  if (auth === 'oauth') return <Status tone="good">It wants accounts: register it, then connect yours</Status>
  if (auth === 'headers' && transport === null)
    return (
      <Status tone="warn">
        It wants a header: enter it below and test again
        {header && `. Its value begins with “${header.value.trim()}”`}
      </Status>
    )
  return <Status tone="bad">It can not be used like this</Status>
}

const OldTransport = () => (
  <Alert variant="default" title="HTTP+SSE is the transport of 2024">
    Gatehouse speaks Streamable HTTP, which replaced it in 2025. Most servers offer both: look in its
    documentation for another address, often one that ends with /mcp instead of /sse.
  </Alert>
)

function ByHand() {
  const { to } = useWorkspace()
  return (
    <Alert variant="default" title="Its authorization server registers nobody by itself">
      Register a client there by hand and{' '}
      <Anchor component={Link} href={to('/connections/providers?enter=true')}>
        enter it as an OAuth provider
      </Anchor>
      . People connect with it then.
    </Alert>
  )
}

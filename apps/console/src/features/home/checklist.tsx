'use client'
// The first steps; each ticks itself by what the registry says, not by a click.

import { Anchor, Group, List, Paper, Stack, Text, Title, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { callsAsk, keysRead, serverPageRead, serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { Icon } from '#ui/icons.tsx'
import { Loading } from '#ui/query-view.tsx'
import { type Step, stepsOf } from './steps.ts'

export function Checklist() {
  const { id, may, to } = useWorkspace()
  const servers = useQuery(serversRead(id))
  const keys = useQuery({ ...keysRead(id), enabled: may('api-keys:own'), refetchInterval: 5_000 })
  const calls = useQuery({
    queryKey: [id, 'first-call'],
    queryFn: ({ signal }) => callsAsk(id, { method: 'tools/call' }, 1, null, signal),
    refetchInterval: 2_000,
  })
  const seen = useQuery(serverPageRead(id, { state: 'healthy', limit: 1 }))
  const failed = [servers, calls].find((one) => one.isError)
  const steps = stepsOf({
    servers: servers.data?.length,
    healthy: seen.data?.total ?? 0,
    keys: keys.data,
    calls: calls.data?.data.length,
  })
  const known = servers.data !== undefined && calls.data !== undefined && !failed
  const done = steps.filter((step) => step.done).length
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="steps">
      <Stack>
        <Group justify="space-between">
          <Title order={2} id="steps">
            First steps
          </Title>
          <Text size="sm" c="dimmed" role="status">
            {known && `${done} of ${steps.length} done`}
          </Text>
        </Group>
        {failed && (
          <ErrorCard
            title="The steps could not be checked"
            error={failed.error}
            heals
            retry={() => void failed.refetch()}
          />
        )}
        {!failed && !known && (
          <Loading
            failed="The steps could not be checked"
            retry={() => void Promise.all([servers.refetch(), calls.refetch()])}
          />
        )}
        {known && done === steps.length && (
          <Text c="dimmed">All done: a client is connected, and a tool was called.</Text>
        )}
        {known && done < steps.length && (
          <List listStyleType="none" className="gh-checklist">
            {steps.map((step) => (
              <Line key={step.name} step={step} href={step.path === undefined ? undefined : to(step.path)} />
            ))}
          </List>
        )}
      </Stack>
    </Paper>
  )
}

function Line({ step, href }: { step: Step; href: string | undefined }) {
  return (
    <List.Item>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <span
          style={{ color: step.done ? 'var(--gh-good)' : 'var(--gh-neutral)', lineHeight: 0, paddingTop: 3 }}
        >
          <Icon name={step.done ? 'check' : 'circle'} />
        </span>
        <Text span>
          {!step.done && href ? (
            <Anchor component={Link} href={href}>
              {step.name}
            </Anchor>
          ) : (
            step.name
          )}
          <VisuallyHidden>{step.done ? ': done' : ': to do'}</VisuallyHidden>
        </Text>
      </Group>
    </List.Item>
  )
}

'use client'
// Follows the chain of events when asked, and says where it is broken.

import type { AuditVerdict } from '@gatehouse/registry-api'
import { Button, Group, Text } from '@mantine/core'
import { count } from '#lib/format.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { Status } from '#ui/status.tsx'
import { useVerify } from './queries.ts'

export function Verify() {
  const verify = useVerify()
  return (
    <>
      <Group gap="sm" aria-live="polite">
        <Button variant="default" onClick={() => verify.mutate()} loading={verify.isPending}>
          Verify the chain
        </Button>
        {verify.data && <Verdict verdict={verify.data} />}
      </Group>
      {verify.isError && <ErrorCard title="The chain was not verified" error={verify.error} />}
    </>
  )
}

const problems = {
  missing: 'is missing',
  'out-of-place': 'does not follow the one before',
  changed: 'is not as it was written',
  'not-counted': 'was added from outside',
  'not-signed': 'is where the trail was cut, and not by this installation',
}

function Verdict({ verdict }: { verdict: AuditVerdict }) {
  if (verdict.ok)
    return (
      <Status tone="good">
        Whole: {count(verdict.events, 'event')}, none changed
        {verdict.removed !== undefined && `; ${verdict.removed} older ones were removed by their age`}
      </Status>
    )
  return (
    <Group gap="xs">
      <Status tone="bad">
        Broken: event {verdict.broken_at} {problems[verdict.problem]}
      </Status>
      <Text size="sm">Compare with an export or a backup from before.</Text>
    </Group>
  )
}

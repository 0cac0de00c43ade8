// What an import does with each server; those that stay as they are only count.

import type { ImportStep } from '@gatehouse/registry-api'
import { Stack, Table, Text } from '@mantine/core'
import { Cell, Rows } from '#ui/rows.tsx'
import { Status, type Tone } from '#ui/status.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'

/** More rows than anybody reads; the first sentence has the numbers. */
const most = 200

const actions: Readonly<Record<ImportStep['action'], { word: string; tone: Tone }>> = {
  create: { word: 'New', tone: 'good' },
  update: { word: 'Changed', tone: 'neutral' },
  unchanged: { word: 'As it is', tone: 'neutral' },
  conflict: { word: 'Conflict', tone: 'bad' },
}

export function ImportSteps({ steps }: { steps: readonly ImportStep[] }) {
  const told = steps
    .filter(({ action, to_enter }) => action !== 'unchanged' || to_enter.length > 0)
    .sort((a, b) => Number(b.action === 'conflict') - Number(a.action === 'conflict'))
  if (told.length === 0) return null
  return (
    <Stack gap="xs">
      <Rows
        label="Servers of the file"
        heads={['Server', 'What happens', 'Details']}
        folded={'"name what" "details details"'}
      >
        {told.slice(0, most).map((step) => (
          <Table.Tr key={step.slug} role="row">
            <Cell area="name">
              <UpstreamText text={step.name} />
              <Text size="xs" c="dimmed">
                {step.slug}
              </Text>
            </Cell>
            <Cell area="what" end="folded">
              <Status tone={actions[step.action].tone}>{actions[step.action].word}</Status>
            </Cell>
            <Cell area="details">
              <Details step={step} />
            </Cell>
          </Table.Tr>
        ))}
      </Rows>
      {told.length > most && (
        <Text size="sm" c="dimmed">
          And {told.length - most} more.
        </Text>
      )}
    </Stack>
  )
}

function Details({ step: { problem, changes, to_enter } }: { step: ImportStep }) {
  return (
    <Stack gap={2}>
      {problem && (
        <Text size="sm">
          <UpstreamText text={problem} />
        </Text>
      )}
      {!problem &&
        changes.map(({ field, before, after }) => (
          <Text size="sm" key={field}>
            {field}: <UpstreamText text={JSON.stringify(before)} /> →{' '}
            <UpstreamText text={JSON.stringify(after)} />
          </Text>
        ))}
      {to_enter.length > 0 && (
        <Text size="sm">
          To be entered by hand: <UpstreamText text={to_enter.join(', ')} />
        </Text>
      )}
    </Stack>
  )
}

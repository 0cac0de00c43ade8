'use client'
// What is counted, over which time, and and by what.

import { Button, NativeSelect, SegmentedControl, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { plainly } from '#lib/invisible.ts'
import { keysRead, serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { withForeign } from '#ui/choices.ts'
import { ExactField } from '#ui/exact-field.tsx'
import { groupingChoices, rangeChoices, useUsageView } from './use-usage-view.ts'

export function UsageControls() {
  const { id, may } = useWorkspace()
  const { view, filter, set, clear } = useUsageView()
  const servers = useQuery(serversRead(id))
  const keys = useQuery({ ...keysRead(id), enabled: may('api-keys:own') })
  return (
    <Stack>
      <div className="gh-usage-controls">
        <Segments
          label="Time"
          value={view.range}
          choices={rangeChoices}
          onChange={(range) => set({ range })}
        />
        <Segments label="Group by" value={view.by} choices={groupingChoices} onChange={(by) => set({ by })} />
      </div>
      <search aria-label="Filter usage" className="gh-filters">
        <ExactField
          label="Tool"
          value={view.tool ?? ''}
          onChange={(tool) => set({ tool: tool || null })}
          search
        />
        <NativeSelect
          label="Server"
          data={withForeign(
            view.server,
            (servers.data ?? []).map((one) => ({ value: one.id, label: plainly(one.name) })),
          )}
          value={view.server ?? ''}
          onChange={(event) => set({ server: event.currentTarget.value || null })}
        />
        <NativeSelect
          label="API key"
          data={withForeign(
            view.key,
            (keys.data ?? []).map((one) => ({ value: one.id, label: plainly(one.name) })),
          )}
          value={view.key ?? ''}
          onChange={(event) => set({ key: event.currentTarget.value || null })}
        />
        {Object.keys(filter).length > 0 && (
          <Button variant="default" onClick={clear}>
            Clear filters
          </Button>
        )}
      </search>
    </Stack>
  )
}

interface SegmentsProps {
  label: string
  value: string
  choices: readonly { value: string; label: string }[]
  onChange: (value: string) => void
}

export function Segments({ label, value, choices, onChange }: SegmentsProps) {
  const id = useId()
  return (
    <div>
      <Text id={id} size="sm" fw={500} mb={2}>
        {label}
      </Text>
      <SegmentedControl
        classNames={{ label: 'gh-segment' }}
        aria-labelledby={id}
        data={[...choices]}
        value={value}
        onChange={onChange}
      />
    </div>
  )
}

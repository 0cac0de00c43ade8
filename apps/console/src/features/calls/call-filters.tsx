'use client'
// A filter for each thing that tells calls apart.

import { Button, NativeSelect, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { outcomes } from '#lib/call-outcome.ts'
import { plainly } from '#lib/invisible.ts'
import { keysRead, serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { type Choice, withForeign } from '#ui/choices.ts'
import { ExactField } from '#ui/exact-field.tsx'
import { MoreFilters } from './more-filters.tsx'
import { useCallFilter } from './use-call-filter.ts'

const methods = [
  'tools/call',
  'tools/list',
  'initialize',
  'server/discover',
  'ping',
  'resources/read',
  'prompts/get',
].map((value) => ({ value, label: value }))

export function CallFilters() {
  const { id, may } = useWorkspace()
  const { filter, set, clear } = useCallFilter()
  const servers = useQuery(serversRead(id))
  const keys = useQuery({ ...keysRead(id), enabled: may('api-keys:own') })
  const named = (rows: readonly { id: string; name: string }[] = []): Choice[] =>
    rows.map((one) => ({ value: one.id, label: plainly(one.name) }))
  const choices = [
    ['server', 'Server', named(servers.data)],
    ['outcome', 'Outcome', outcomes],
    ['method', 'Method', methods],
    ['key', 'API key', named(keys.data)],
  ] as const
  return (
    <Stack gap="xs">
      <search aria-label="Filter calls" className="gh-filters">
        <ExactField label="Tool" value={filter.tool ?? ''} onChange={(text) => set('tool', text)} search />
        {choices.map(([name, label, those]) => (
          <NativeSelect
            key={name}
            label={label}
            data={withForeign(filter[name], those)}
            value={filter[name] ?? ''}
            onChange={(event) => set(name, event.currentTarget.value)}
          />
        ))}
        {Object.keys(filter).length > 0 && (
          <Button variant="default" onClick={clear}>
            Clear filters
          </Button>
        )}
      </search>
      <MoreFilters />
    </Stack>
  )
}

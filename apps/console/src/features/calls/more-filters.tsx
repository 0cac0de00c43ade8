'use client'
// Filters that are wanted less often: status, codes, ids, bounds of times and sizes.

import { Button, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useId } from 'react'
import { ExactField } from '#ui/exact-field.tsx'
import { Icon } from '#ui/icons.tsx'
import { useCallFilter } from './use-call-filter.ts'

const exact = [
  ['http_status', 'HTTP status', '502'],
  ['error_code', 'Error code', 'upstream_timeout'],
  ['request_id', 'Request id', 'Its whole id'],
] as const

const bounds = [
  ['duration_ms_min', 'Took at least, ms'],
  ['duration_ms_max', 'Took at most, ms'],
  ['upstream_ms_min', 'At the server at least, ms'],
  ['upstream_ms_max', 'At the server at most, ms'],
  ['request_bytes_min', 'Request at least, bytes'],
  ['request_bytes_max', 'Request at most, bytes'],
  ['response_bytes_min', 'Answer at least, bytes'],
  ['response_bytes_max', 'Answer at most, bytes'],
] as const

const times = [
  ['since', 'From'],
  ['until', 'Until'],
] as const

const rare: readonly string[] = [...exact, ...bounds, ...times].map(([name]) => name)

/** Open from the start where the address has one of them. */
export function MoreFilters() {
  const { filter, set } = useCallFilter()
  const used = Object.keys(filter).filter((name) => rare.includes(name)).length
  const [opened, { toggle }] = useDisclosure(used > 0)
  const id = useId()
  return (
    <>
      <div>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<Icon name={opened ? 'dash' : 'plus'} size={14} />}
          aria-expanded={opened}
          aria-controls={id}
          onClick={toggle}
        >
          {opened ? 'Fewer filters' : used > 0 ? `More filters (${used} in use)` : 'More filters'}
        </Button>
      </div>
      {opened && (
        <search id={id} aria-label="More filters of calls" className="gh-filters">
          {times.map(([name, label]) => (
            <TextInput
              key={name}
              type="datetime-local"
              label={label}
              value={toLocal(filter[name])}
              onChange={(event) => set(name, fromLocal(event.currentTarget.value))}
            />
          ))}
          {exact.map(([name, label, placeholder]) => (
            <ExactField
              key={name}
              label={label}
              placeholder={placeholder}
              {...(name === 'http_status' && { type: 'number', min: 100, max: 599 })}
              value={filter[name] ?? ''}
              onChange={(value) => set(name, value)}
            />
          ))}
          {bounds.map(([name, label]) => (
            <ExactField
              key={name}
              label={label}
              placeholder="Any"
              type="number"
              min={0}
              value={filter[name] ?? ''}
              onChange={(value) => set(name, value)}
            />
          ))}
        </search>
      )}
    </>
  )
}

/** A moment as the field has it: in the time of this browser, to the minute. */
function toLocal(iso: string | undefined): string {
  const ms = Date.parse(iso ?? '')
  if (Number.isNaN(ms)) return ''
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function fromLocal(text: string): string {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? '' : new Date(ms).toISOString()
}

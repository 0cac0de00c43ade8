'use client'
// A filter for each thing that tells calls apart.

import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { outcomes } from '#lib/call-outcome.ts'
import { plainly } from '#lib/invisible.ts'
import { keysRead, serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { useCallFilter } from './use-call-filter.ts'

const methods = [
  'tools/call',
  'tools/list',
  'initialize',
  'server/discover',
  'ping',
  'resources/read',
  'prompts/get',
]

export function CallFilters() {
  const { id, may } = useWorkspace()
  const { filter, set, clear } = useCallFilter()
  const servers = useQuery(serversRead(id))
  const keys = useQuery({ ...keysRead(id), enabled: may('api-keys:own') })
  const serverChoices = (servers.data ?? []).map((one) => ({ value: one.id, label: plainly(one.name) }))
  const keyChoices = (keys.data ?? []).map((one) => ({ value: one.id, label: plainly(one.name) }))
  return (
    <search aria-label="Filter calls" className="gh-filters">
      <ToolFilter value={filter.tool ?? ''} onChange={(text) => set('tool', text)} />
      <Choice
        label="Server"
        value={filter.server}
        choices={serverChoices}
        onChange={(value) => set('server', value)}
      />
      <Choice
        label="Outcome"
        value={filter.outcome}
        choices={outcomes}
        onChange={(value) => set('outcome', value)}
      />
      <Choice
        label="Method"
        value={filter.method}
        choices={methods.map((value) => ({ value, label: value }))}
        onChange={(value) => set('method', value)}
      />
      <Choice
        label="API key"
        value={filter.key}
        choices={keyChoices}
        onChange={(value) => set('key', value)}
      />
      {Object.keys(filter).length > 0 && (
        <Button variant="default" onClick={clear}>
          Clear filters
        </Button>
      )}
    </search>
  )
}

interface ChoiceProps {
  label: string
  value: string | undefined
  choices: { value: string; label: string }[]
  onChange: (value: string) => void
}

/** A value from the address that isn't among the choices is kept and shown. */
function Choice({ label, value = '', choices, onChange }: ChoiceProps) {
  const foreign = value !== '' && !choices.some((one) => one.value === value) ? [{ value, label: value }] : []
  return (
    <NativeSelect
      label={label}
      data={[{ value: '', label: 'All' }, ...foreign, ...choices]}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

/** The whole name of a tool; asked for when the typing pauses. `/` goes here. */
function ToolFilter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value)
  const input = useRef<HTMLInputElement>(null)
  const say = useDebouncedCallback(onChange, 300)
  useHotkeys([['/', () => input.current?.focus()]])
  useEffect(() => setText(value), [value])
  return (
    <TextInput
      ref={input}
      label="Tool"
      placeholder="Its exact name"
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value)
        say(event.currentTarget.value.trim())
      }}
    />
  )
}

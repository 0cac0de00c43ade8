'use client'
// The search of a list. `/` goes there from anywhere on the page.

import { Kbd, TextInput } from '@mantine/core'
import { useRef } from 'react'
import { useSingleKey } from '#lib/single-keys.ts'
import { Icon } from './icons.tsx'

interface Props {
  /** "Search servers" */
  label: string
  value: string
  onChange: (value: string) => void
}

export function SearchField({ label, value, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null)
  useSingleKey('/', () => input.current?.focus())
  return (
    <TextInput
      ref={input}
      type="search"
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      leftSection={<Icon name="search" size={16} />}
      rightSection={<Kbd size="xs">/</Kbd>}
      flex="1 1 14rem"
      miw={0}
    />
  )
}

'use client'
// Headers to store: names in the open, values as dots. Nobody can read them again.

import { ActionIcon, Button, Input, PasswordInput, Stack, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { Icon } from '#ui/icons.tsx'

export interface HeaderValue {
  readonly key: string
  readonly value: string
}

interface Props {
  value: readonly HeaderValue[]
  onChange: (value: HeaderValue[]) => void
  error?: ReactNode
  /** Where a heading above says it already. */
  unlabelled?: boolean
}

export function HeadersField({ value, onChange, error, unlabelled = false }: Props) {
  const set = (at: number, change: Partial<HeaderValue>) =>
    onChange(value.map((one, index) => (index === at ? { ...one, ...change } : one)))
  return (
    <Input.Wrapper
      component="fieldset"
      label={unlabelled ? undefined : 'Headers'}
      labelElement="div"
      description="Sent with every call to this server, stored encrypted, never shown again."
      error={error}
      style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}
      role="group"
      aria-label="Headers"
    >
      <Stack gap="xs" mt="xs">
        {value.map((header, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other name while it is typed
          <div key={at} className="gh-header-row">
            <TextInput
              aria-label={`Name of header ${at + 1}`}
              placeholder="Authorization"
              autoComplete="off"
              value={header.key}
              onChange={(event) => set(at, { key: event.currentTarget.value })}
            />
            <PasswordInput
              aria-label={`Value of header ${at + 1}`}
              placeholder="Bearer …"
              autoComplete="new-password"
              visibilityToggleButtonProps={{ 'aria-label': `Show value of header ${at + 1}` }}
              value={header.value}
              onChange={(event) => set(at, { value: event.currentTarget.value })}
            />
            <ActionIcon
              aria-label={`Remove header ${at + 1}`}
              onClick={() => onChange(value.filter((_, index) => index !== at))}
            >
              <Icon name="trash" />
            </ActionIcon>
          </div>
        ))}
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<Icon name="plus" size={14} />}
          onClick={() => onChange([...value, { key: '', value: '' }])}
          style={{ alignSelf: 'flex-start' }}
        >
          Add header
        </Button>
      </Stack>
    </Input.Wrapper>
  )
}

/** Rows that nobody filled are none. */
export const filled = (headers: readonly HeaderValue[]) =>
  headers.filter(({ key, value }) => key !== '' || value !== '')

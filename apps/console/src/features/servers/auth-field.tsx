'use client'
// How callers prove who they are to the server: headers that everybody shares, or an account of each person.

import { Radio, Stack } from '@mantine/core'

export type Auth = 'headers' | 'oauth'

export function AuthField({ value, onChange }: { value: Auth; onChange: (value: Auth) => void }) {
  return (
    <Radio.Group
      label="Authentication"
      value={value}
      onChange={(chosen) => onChange(chosen === 'oauth' ? 'oauth' : 'headers')}
    >
      <Stack gap="xs" mt={4}>
        <Radio value="headers" label="None, or headers that are the same for every caller" />
        <Radio value="oauth" label="OAuth: each person connects an account of their own" />
      </Stack>
    </Radio.Group>
  )
}

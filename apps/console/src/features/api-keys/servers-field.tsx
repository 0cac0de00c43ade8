'use client'
// Which servers a key reaches: every one, now and later, or those that are named.

import { Checkbox, Radio, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { plainly } from '#lib/invisible.ts'
import { serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'

interface Props {
  /** null: every server. */
  value: string[] | null
  onChange: (value: string[] | null) => void
  error?: ReactNode
}

export function ServersField({ value, onChange, error }: Props) {
  const { id } = useWorkspace()
  const servers = useQuery(serversRead(id))
  return (
    <>
      <Radio.Group
        label="Servers"
        value={value === null ? 'every' : 'named'}
        onChange={(choice) => onChange(choice === 'every' ? null : [])}
      >
        <Stack gap="xs" mt={4}>
          <Radio value="every" label="Every server, now and later" />
          <Radio value="named" label="Only these" />
        </Stack>
      </Radio.Group>
      {value !== null && (
        <Checkbox.Group
          aria-label="Servers that the key reaches"
          value={value}
          onChange={onChange}
          error={error}
        >
          <Stack gap={6} mah={200} style={{ overflow: 'auto' }} pl="lg">
            {servers.data?.map((server) => (
              <Checkbox
                key={server.id}
                value={server.id}
                label={plainly(server.name)}
                description={server.slug}
              />
            ))}
            {servers.data?.length === 0 && <Text size="sm">No server is registered yet.</Text>}
            {servers.isError && <Text size="sm">The servers could not be loaded.</Text>}
          </Stack>
        </Checkbox.Group>
      )}
    </>
  )
}

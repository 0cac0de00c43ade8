'use client'
// Switches a server on or off; off is answered when no gateway calls it any more.

import type { Server } from '@gatehouse/registry-api'
import { Switch, Text } from '@mantine/core'
import { halves, toApiError } from '#lib/api-error.ts'
import { plainly } from '#lib/invisible.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { useUpdateSettings } from './queries.ts'

export function EnabledSwitch({ server }: { server: Pick<Server, 'id' | 'name' | 'enabled'> }) {
  const { may } = useWorkspace()
  const update = useUpdateSettings(server.id)
  const wanted = update.isPending ? update.variables.enabled : undefined
  return (
    <>
      <Switch
        aria-label={`Enable ${plainly(server.name)}`}
        checked={wanted ?? server.enabled}
        disabled={!may('mcp-servers:update') || update.isPending}
        onChange={(event) => update.mutate({ enabled: event.currentTarget.checked })}
      />
      {update.isError && (
        <Text size="xs" role="alert" c="var(--gh-bad)">
          Not changed: {halves(toApiError(update.error).detail).what}
        </Text>
      )}
    </>
  )
}

'use client'
// How gateways treat a server: on or off, which era, how long a call may wait, how many at once.

import type { ServerSettings } from '@gatehouse/registry-api'
import { Button, NativeSelect, Paper, Stack, Switch, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import type { Versioned } from '#lib/api.ts'
import { isConflict } from '#lib/api-error.ts'
import { settingsRead } from '#lib/reads.ts'
import { useMeanwhile } from '#lib/use-meanwhile.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { MeanwhileNote } from '#ui/meanwhile-note.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { eraNames } from './eras.tsx'
import { useUpdateSettings } from './queries.ts'

export function GatewaySettings({ serverId }: { serverId: string }) {
  const { id } = useWorkspace()
  const settings = useQuery(settingsRead(id, serverId))
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="gateway">
      <Stack>
        <Title order={2} id="gateway">
          At the gateway
        </Title>
        <QueryView query={settings} failed="The settings could not be loaded">
          {(data) => <Form settings={data} />}
        </QueryView>
      </Stack>
    </Paper>
  )
}

const eras = [
  { value: 'auto', label: 'Find out' },
  { value: 'modern', label: `Only ${eraNames.modern}` },
  { value: 'legacy', label: `Only ${eraNames.legacy}` },
]

const valuesOf = ({ enabled, era, call_timeout_s, max_concurrent }: ServerSettings) => ({
  enabled,
  era,
  call_timeout_s: String(call_timeout_s ?? ''),
  max_concurrent: String(max_concurrent ?? ''),
})
const labels = {
  enabled: 'Switched on',
  era: 'Protocol era',
  call_timeout_s: 'Longest wait for a tool, in seconds (optional)',
  max_concurrent: 'Calls at once per gateway (optional)',
}

function show(name: keyof typeof labels, value: unknown): string {
  if (name === 'enabled') return value === true ? 'on' : 'off'
  if (name === 'era') return eras.find((one) => one.value === value)?.label ?? String(value)
  return value === '' ? 'not set' : String(value)
}

function Form({ settings }: { settings: Versioned<ServerSettings> }) {
  const update = useUpdateSettings(settings.id)
  const form = useForm({
    initialValues: valuesOf(settings),
  })
  const meanwhile = useMeanwhile(settings, form, valuesOf)
  const isTold = isConflict(update.error) && meanwhile.tells(update.variables?.ifMatch)
  const submit = form.onSubmit(({ enabled, era, call_timeout_s, max_concurrent }) =>
    update.mutate(
      {
        ifMatch: meanwhile.ifMatch,
        enabled,
        era,
        call_timeout_s: call_timeout_s === '' ? null : Number(call_timeout_s),
        max_concurrent: max_concurrent === '' ? null : Number(max_concurrent),
      },
      {
        onSuccess: () =>
          notifications.show({ title: 'Settings saved', message: 'They hold from the next call on.' }),
      },
    ),
  )
  return (
    <form onSubmit={submit} noValidate>
      <Stack align="flex-start">
        <Switch
          label={labels.enabled}
          description="Off: clients get the same answer as for a server that does not exist."
          {...form.getInputProps('enabled', { type: 'checkbox' })}
        />
        <NativeSelect
          label={labels.era}
          description="Clients of the other era reach the server over a bridge."
          data={eras}
          w="100%"
          {...form.getInputProps('era')}
        />
        <TextInput
          type="number"
          label={labels.call_timeout_s}
          description="60 unless set; at most 900."
          min={1}
          max={900}
          w="100%"
          {...form.getInputProps('call_timeout_s')}
        />
        <TextInput
          type="number"
          label={labels.max_concurrent}
          description="512 unless set; at most 1,024."
          min={1}
          max={1_024}
          w="100%"
          {...form.getInputProps('max_concurrent')}
        />
        <MeanwhileNote meanwhile={meanwhile} labels={labels} show={show} />
        {update.isError && !isTold && <ErrorCard title="The settings were not saved" error={update.error} />}
        <Button
          type="submit"
          loading={update.isPending}
          disabled={!form.isDirty() || meanwhile.changed.length > 0}
        >
          Save settings
        </Button>
      </Stack>
    </form>
  )
}

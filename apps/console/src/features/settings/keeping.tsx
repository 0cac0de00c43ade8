'use client'
// How long what is written down is kept.

import type { WorkspaceSettings } from '@gatehouse/registry-api'
import { Button, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import type { Versioned } from '#lib/api.ts'
import { fieldOf, halves, isConflict, toApiError } from '#lib/api-error.ts'
import { count } from '#lib/format.ts'
import { useMeanwhile } from '#lib/use-meanwhile.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { Fact, Facts } from '#ui/facts.tsx'
import { MeanwhileNote } from '#ui/meanwhile-note.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { useUpdateWorkspaceSettings, workspaceSettingsRead } from './queries.ts'
import { Section } from './section.tsx'

export function Keeping() {
  const { id } = useWorkspace()
  const settings = useQuery(workspaceSettingsRead(id))
  return (
    <Section id="keeping" title="Keeping data">
      <QueryView query={settings} failed="The settings could not be loaded">
        {(data) => <Form settings={data} />}
      </QueryView>
      <Facts>
        <Fact name="Usage">400 days, counted by the day</Fact>
        <Fact name="Audit trail">For ever</Fact>
      </Facts>
    </Section>
  )
}

const longest = 365

interface Values {
  days: string
  bodies: string
}
type Name = keyof Values

const valuesOf = ({ call_record_days, captured_body_days }: WorkspaceSettings) => ({
  days: String(call_record_days ?? ''),
  bodies: String(captured_body_days ?? ''),
})
const labels: Record<Name, string> = {
  days: 'Call records, in days',
  bodies: 'What captured calls said, in days',
}
const members = { days: 'call_record_days', bodies: 'captured_body_days' } as const

const checked = (value: string) =>
  value === '' || (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= longest)
    ? null
    : `A whole number from 1 to ${longest}, or nothing`
const sent = (value: string) => (value === '' ? null : Number(value))

function Form({ settings }: { settings: Versioned<WorkspaceSettings> }) {
  const update = useUpdateWorkspaceSettings()
  const usual: Record<Name, number> = {
    days: settings.default_call_record_days,
    bodies: settings.default_captured_body_days,
  }
  const form = useForm({
    initialValues: valuesOf(settings),
    validate: { days: checked, bodies: checked },
  })
  const meanwhile = useMeanwhile(settings, form, valuesOf)
  const isTold = isConflict(update.error) && meanwhile.tells(update.variables?.ifMatch)
  const submit = form.onSubmit(({ days, bodies }) =>
    update.mutate(
      {
        ifMatch: meanwhile.ifMatch,
        call_record_days: sent(days),
        captured_body_days: sent(bodies),
      },
      {
        onSuccess: () =>
          notifications.show({ title: 'Settings saved', message: 'What is older is gone within the hour.' }),
        onError: (error) => {
          const known = toApiError(error)
          for (const name of ['days', 'bodies'] as const)
            if (fieldOf(known, [members[name]])) form.setFieldError(name, halves(known.detail).what)
        },
      },
    ),
  )
  return (
    <form onSubmit={submit} noValidate>
      <Stack align="flex-start">
        <TextInput
          label={labels.days}
          description={`Empty: ${count(usual.days, 'day')}, as this installation keeps them. At most ${longest}. Shorter removes what is older, for good.`}
          inputMode="numeric"
          placeholder={String(usual.days)}
          w="100%"
          {...form.getInputProps('days')}
        />
        <TextInput
          label={labels.bodies}
          description={`Headers and bodies from capture mode. Empty: ${count(usual.bodies, 'day')}. Never longer than their records.`}
          inputMode="numeric"
          placeholder={String(usual.bodies)}
          w="100%"
          {...form.getInputProps('bodies')}
        />
        <MeanwhileNote
          meanwhile={meanwhile}
          labels={labels}
          show={(name, value) => (value === '' ? `${usual[name]}, the installation’s` : String(value))}
        />
        {update.isError && !form.errors.days && !form.errors.bodies && !isTold && (
          <ErrorCard title="The settings were not saved" error={update.error} />
        )}
        <Button
          type="submit"
          loading={update.isPending}
          disabled={!form.isDirty() || meanwhile.changed.length > 0}
        >
          Save
        </Button>
      </Stack>
    </form>
  )
}

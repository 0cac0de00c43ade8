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

const valuesOf = ({ call_record_days }: WorkspaceSettings) => ({
  days: call_record_days === null ? '' : String(call_record_days),
})
const label = 'Call records, in days'

function Form({ settings }: { settings: Versioned<WorkspaceSettings> }) {
  const update = useUpdateWorkspaceSettings()
  const usual = settings.default_call_record_days
  const form = useForm({
    initialValues: valuesOf(settings),
    validate: {
      days: (value) =>
        value === '' || (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= longest)
          ? null
          : `A whole number from 1 to ${longest}, or nothing`,
    },
  })
  const meanwhile = useMeanwhile(settings, form, valuesOf)
  const isTold = isConflict(update.error) && meanwhile.tells(update.variables?.ifMatch)
  const submit = form.onSubmit(({ days }) =>
    update.mutate(
      { ifMatch: meanwhile.ifMatch, call_record_days: days === '' ? null : Number(days) },
      {
        onSuccess: () =>
          notifications.show({ title: 'Settings saved', message: 'Older calls are gone within the hour.' }),
        onError: (error) => {
          const known = toApiError(error)
          if (fieldOf(known, ['call_record_days'])) form.setFieldError('days', halves(known.detail).what)
        },
      },
    ),
  )
  return (
    <form onSubmit={submit} noValidate>
      <Stack align="flex-start">
        <TextInput
          label={label}
          description={`Empty: ${count(usual, 'day')}, as this installation keeps them. At most ${longest}. Shorter removes what is older, for good.`}
          inputMode="numeric"
          placeholder={String(usual)}
          w="100%"
          {...form.getInputProps('days')}
        />
        <MeanwhileNote
          meanwhile={meanwhile}
          labels={{ days: label }}
          show={(_, value) => (value === '' ? `${usual}, the installation’s` : String(value))}
        />
        {update.isError && !form.errors.days && !isTold && (
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

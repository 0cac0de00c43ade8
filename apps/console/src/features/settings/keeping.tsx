'use client'
// How long what is written down is kept.

import type { WorkspaceSettings } from '@gatehouse/registry-api'
import { Button, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { fieldOf, halves, toApiError } from '#lib/api-error.ts'
import { count } from '#lib/format.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { Fact, Facts } from '#ui/facts.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { useUpdateWorkspaceSettings, workspaceSettingsRead } from './queries.ts'
import { Section } from './section.tsx'

export function Keeping() {
  const { id } = useWorkspace()
  const settings = useQuery(workspaceSettingsRead(id))
  return (
    <Section id="keeping" title="Keeping data">
      <QueryView query={settings} failed="The settings could not be loaded">
        {(data) => <Form key={data.call_record_days} settings={data} />}
      </QueryView>
      <Facts>
        <Fact name="Usage">400 days, counted by the day</Fact>
        <Fact name="Audit trail">For ever</Fact>
      </Facts>
    </Section>
  )
}

const longest = 365

function Form({ settings }: { settings: WorkspaceSettings }) {
  const update = useUpdateWorkspaceSettings()
  const usual = settings.default_call_record_days
  const form = useForm({
    initialValues: { days: settings.call_record_days === null ? '' : String(settings.call_record_days) },
    validate: {
      days: (value) =>
        value === '' || (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= longest)
          ? null
          : `A whole number from 1 to ${longest}, or nothing`,
    },
  })
  const submit = form.onSubmit(({ days }) =>
    update.mutate(
      { call_record_days: days === '' ? null : Number(days) },
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
          label="Call records, in days"
          description={`Empty: ${count(usual, 'day')}, as this installation keeps them. At most ${longest}. Shorter removes what is older, for good.`}
          inputMode="numeric"
          placeholder={String(usual)}
          w="100%"
          {...form.getInputProps('days')}
        />
        {update.isError && !form.errors.days && (
          <ErrorCard title="The settings were not saved" error={update.error} />
        )}
        <Button type="submit" loading={update.isPending} disabled={!form.isDirty()}>
          Save
        </Button>
      </Stack>
    </form>
  )
}

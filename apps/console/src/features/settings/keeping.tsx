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
      </Facts>
    </Section>
  )
}

const longest = 365
const auditSpan = [30, 3_650] as const

interface Values {
  days: string
  bodies: string
  audit: string
}
type Name = keyof Values

const valuesOf = ({ call_record_days, captured_body_days, audit_days }: WorkspaceSettings) => ({
  days: String(call_record_days ?? ''),
  bodies: String(captured_body_days ?? ''),
  audit: String(audit_days ?? ''),
})
const labels: Record<Name, string> = {
  days: 'Call records, in days',
  bodies: 'What captured calls said, in days',
  audit: 'Audit trail, in days',
}
const members = { days: 'call_record_days', bodies: 'captured_body_days', audit: 'audit_days' } as const

const within = (least: number, most: number) => (value: string) =>
  value === '' || (/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most)
    ? null
    : `A whole number from ${least} to ${most}, or nothing`
const sent = (value: string) => (value === '' ? null : Number(value))

function Form({ settings }: { settings: Versioned<WorkspaceSettings> }) {
  const update = useUpdateWorkspaceSettings()
  const usual: Record<Exclude<Name, 'audit'>, number> = {
    days: settings.default_call_record_days,
    bodies: settings.default_captured_body_days,
  }
  const form = useForm({
    initialValues: valuesOf(settings),
    validate: { days: within(1, longest), bodies: within(1, longest), audit: within(...auditSpan) },
  })
  const meanwhile = useMeanwhile(settings, form, valuesOf)
  const isTold = isConflict(update.error) && meanwhile.tells(update.variables?.ifMatch)
  const submit = form.onSubmit(({ days, bodies, audit }) =>
    update.mutate(
      {
        ifMatch: meanwhile.ifMatch,
        call_record_days: sent(days),
        captured_body_days: sent(bodies),
        audit_days: sent(audit),
      },
      {
        onSuccess: () =>
          notifications.show({ title: 'Settings saved', message: 'What is older is gone within the hour.' }),
        onError: (error) => {
          const known = toApiError(error)
          for (const name of ['days', 'bodies', 'audit'] as const)
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
        <TextInput
          label={labels.audit}
          description={`Empty: for ever. ${auditSpan.join(' to ')}. What is older is removed for good; the chain goes on from a signed checkpoint.`}
          inputMode="numeric"
          placeholder="For ever"
          w="100%"
          {...form.getInputProps('audit')}
        />
        <MeanwhileNote
          meanwhile={meanwhile}
          labels={labels}
          show={(name, value) => {
            if (value !== '') return String(value)
            return name === 'audit' ? 'for ever' : `${usual[name]}, the installation’s`
          }}
        />
        {update.isError && Object.keys(form.errors).length === 0 && !isTold && (
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

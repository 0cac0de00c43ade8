'use client'
// Registers a server: from whatever somebody has at hand, tried live before anything is kept, with the authentication that it wants.

import type { ProbeVerdict } from '@gatehouse/registry-api'
import { Anchor, Button, Group, Paper, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import Link from 'next/link'
import { useRef } from 'react'
import { fieldOf, halves, toApiError } from '#lib/api-error.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { type Auth, authMembers } from './auth-choice.ts'
import { AuthField } from './auth-field.tsx'
import { filled, HeadersField, type HeaderValue } from './headers-field.tsx'
import { nameFrom, servedAt } from './paste/read-pasted.ts'
import { type Chosen, PasteField } from './paste-field.tsx'
import { ProbePanel } from './probe-panel.tsx'
import { useRegister } from './queries.ts'
import { Registered } from './registered.tsx'
import { urlProblem } from './url-problem.ts'
import { useProbe } from './use-probe.ts'

const fields = ['name', 'url', 'headers', 'slug']

export function Register() {
  const { may } = useWorkspace()
  if (may('mcp-servers:create')) return <Form />
  return (
    <>
      <PageHeader title="Register server" />
      <Empty sentence="Your role registers no servers. Ask an owner or an operator of the workspace." />
    </>
  )
}

function Form() {
  const { to } = useWorkspace()
  const register = useRegister()
  const form = useForm({
    initialValues: {
      ...{ name: '', url: '', slug: '', auth: 'headers' as Auth, providerId: '' },
      headers: [] as HeaderValue[],
    },
    validate: {
      name: (value) => (value.trim() ? null : 'Give it a name'),
      url: urlProblem,
      slug: (value) =>
        value === '' || /^[a-z0-9]+(-[a-z0-9]+)*$/.test(value)
          ? null
          : 'Lower-case letters, digits and single hyphens',
      providerId: (value, { auth }) => (auth !== 'shared' || value ? null : 'Choose one'),
    },
  })
  const onField = (error: Error) => {
    const known = toApiError(error)
    const field = fieldOf(known, fields)
    const { todo, what } = halves(known.detail)
    if (field) form.setFieldError(field, `${what}. ${todo}.`)
  }
  const live = useProbe({ onVerdict: follow, onError: onField })
  /** To be tried: a header that still lacks its value is none yet. */
  const asked = ({ url, auth, headers } = form.getValues()) => ({
    url: url.trim(),
    headers: auth === 'headers' ? headers.filter(({ value }) => value !== '') : [],
  })
  const test = () => {
    if (!form.validateField('url').hasError) void live.begin(asked())
  }

  /** The form follows what was found; what somebody entered stays. */
  function follow({ auth, header }: ProbeVerdict) {
    const now = form.getValues()
    if (now.auth === 'shared' || auth === null) return
    form.setFieldValue('auth', auth === 'oauth' ? 'oauth' : 'headers')
    if (auth === 'headers' && filled(now.headers).length === 0)
      form.setFieldValue('headers', [{ key: header?.key ?? '', value: '' }])
  }

  const suggested = useRef('')
  const choose = ({ name, url, headers, isWhole }: Chosen) => {
    const before = form.getValues()
    const next = name || nameFrom(url)
    const takesName = before.name === '' || before.name === suggested.current
    if (takesName) suggested.current = next
    form.setValues({
      name: takesName ? next : before.name,
      url: url || servedAt,
      headers: [...headers],
      auth: 'headers',
    })
    form.clearErrors()
    if (isWhole && urlProblem(url) === null) void live.begin(asked())
    else live.forget()
  }

  const submit = form.onSubmit(({ name, url, slug, auth, providerId, headers }) =>
    register.mutate(
      {
        name: name.trim(),
        url: url.trim(),
        ...authMembers(auth, providerId),
        ...(auth === 'headers' && { headers: filled(headers) }),
        ...(slug && { slug }),
      },
      { onError: onField },
    ),
  )
  if (register.isSuccess) {
    const again = () => {
      register.reset()
      form.reset()
      live.forget()
    }
    return <Registered server={register.data.data} notice={register.data.notice} onAnother={again} />
  }
  const elsewhere = register.isError && fieldOf(toApiError(register.error), fields) === undefined
  const { probe, isRunning } = live
  const told = probe && (probe.error && fieldOf(toApiError(probe.error), fields) ? null : probe)
  return (
    <>
      <PageHeader
        title="Register server"
        about="A server for Streamable HTTP. Nothing is kept before you register it."
      />
      <Paper withBorder p="lg" maw={720}>
        <form onSubmit={submit} noValidate>
          <Stack>
            <PasteField onChoose={choose} />
            <TextInput label="Name" required maxLength={256} {...form.getInputProps('name')} />
            <TextInput
              label="URL"
              type="url"
              inputMode="url"
              placeholder="https://mcp.example.com/mcp"
              required
              {...form.getInputProps('url')}
            />
            <ProbePanel
              probe={told}
              isRunning={isRunning}
              isOld={told !== null && JSON.stringify(told.tried) !== JSON.stringify(asked(form.values))}
              onTest={test}
            />
            <AuthField
              value={form.values.auth}
              onChange={(auth) => form.setFieldValue('auth', auth)}
              providerId={form.values.providerId}
              onProvider={(id) => form.setFieldValue('providerId', id)}
              error={form.errors.providerId}
            />
            {form.values.auth === 'headers' && (
              <HeadersField
                value={form.values.headers}
                error={form.errors.headers}
                onChange={(headers) => form.setFieldValue('headers', headers)}
              />
            )}
            <TextInput
              label="Slug (optional)"
              description="Its address below /mcp/ at the gateway. Never changes, never used again. Made from the name where left out."
              maxLength={32}
              {...form.getInputProps('slug')}
            />
            {elsewhere && <ErrorCard title="The server was not registered" error={register.error} />}
            <Group justify="space-between">
              <Anchor component={Link} href={to('/servers')}>
                Back to the servers
              </Anchor>
              <Button type="submit" loading={register.isPending}>
                Register server
              </Button>
            </Group>
            <Text size="xs" c="dimmed">
              If this fails nothing is kept: neither the server nor its headers.
            </Text>
          </Stack>
        </form>
      </Paper>
    </>
  )
}

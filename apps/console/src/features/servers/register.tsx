'use client'
// Registers a server, then shows at once which tools it lists with the stored credential.

import { Anchor, Button, Group, Paper, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import Link from 'next/link'
import { fieldOf, halves, toApiError } from '#lib/api-error.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { type Auth, authMembers } from './auth-choice.ts'
import { AuthField } from './auth-field.tsx'
import { filled, HeadersField, type HeaderValue } from './headers-field.tsx'
import { useRegister } from './queries.ts'
import { Registered } from './registered.tsx'
import { urlProblem } from './url-problem.ts'

const fields = ['name', 'url', 'headers', 'slug']

export function Register() {
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
  const submit = form.onSubmit(({ name, url, slug, auth, providerId, headers }) =>
    register.mutate(
      {
        name: name.trim(),
        url: url.trim(),
        ...authMembers(auth, providerId),
        ...(auth === 'headers' && { headers: filled(headers) }),
        ...(slug && { slug }),
      },
      {
        onError: (error) => {
          const { code, detail } = toApiError(error)
          const field = fieldOf({ code, detail }, fields)
          const { todo, what } = halves(detail)
          if (field) form.setFieldError(field, `${what}. ${todo}.`)
        },
      },
    ),
  )
  if (register.isSuccess) {
    const again = () => {
      register.reset()
      form.reset()
    }
    return <Registered server={register.data.data} notice={register.data.notice} onAnother={again} />
  }
  const elsewhere = register.isError && fieldOf(toApiError(register.error), fields) === undefined
  return (
    <>
      <PageHeader
        title="Register server"
        about="By its URL for Streamable HTTP. Its tools are listed right after, with the headers you store or the account you connect."
      />
      <Paper withBorder p="lg" maw={720}>
        <form onSubmit={submit} noValidate>
          <Stack>
            <TextInput label="Name" required maxLength={256} {...form.getInputProps('name')} />
            <TextInput
              label="URL"
              type="url"
              inputMode="url"
              placeholder="https://mcp.example.com/mcp"
              required
              {...form.getInputProps('url')}
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

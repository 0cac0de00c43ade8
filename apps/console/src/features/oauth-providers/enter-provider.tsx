'use client'
// A client that was registered at an authorization server by hand. Which one that is a server tells, or its issuer.

import type { CreateProvider } from '@gatehouse/registry-api'
import { Button, Group, Modal, Radio, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { fieldOf, halves, toApiError } from '#lib/api-error.ts'
import { ClientFields, clientBody, clientFields, noClient, validateClient } from '#ui/client-fields.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { useEnterProvider } from './queries.ts'

const initialValues = {
  ...noClient,
  name: '',
  by: 'server' as 'server' | 'issuer',
  server_url: '',
  issuer: '',
  resource: '',
  scopes: '',
}
type Values = typeof initialValues

const fields = ['name', 'server_url', 'issuer', 'resource', 'scopes', ...clientFields]
const needed = (by: Values['by'], text: string) => (value: string, values: Values) =>
  values.by !== by || URL.canParse(value.trim()) ? null : text

export function EnterProvider({ onClose }: { onClose: () => void }) {
  const enter = useEnterProvider()
  const form = useForm({
    initialValues,
    validate: {
      ...validateClient,
      name: (value) => (value.trim() ? null : 'Give it a name'),
      server_url: needed('server', 'The URL of an MCP server that wants its tokens'),
      issuer: needed('issuer', 'The address that its metadata begins with'),
      resource: needed('issuer', 'What tokens are asked for, as a rule the URL of the MCP server'),
    },
  })
  const close = () => {
    if (!enter.isPending) onClose()
  }
  const submit = form.onSubmit((values) =>
    enter.mutate(toBody(values), {
      onSuccess: ({ name }) => {
        onClose()
        notifications.show({ title: 'Provider saved', message: `${name} can be used from now on.` })
      },
      onError: (error) => {
        const known = toApiError(error)
        const field = known.code === 'url_not_allowed' ? urlField[values.by] : fieldOf(known, fields)
        if (field) form.setFieldError(field, halves(known.detail).what)
      },
    }),
  )
  const known = enter.isError ? toApiError(enter.error) : undefined
  const elsewhere = known && known.code !== 'url_not_allowed' && fieldOf(known, fields) === undefined
  return (
    <Modal opened onClose={close} title="Enter an OAuth provider" size="lg" closeOnClickOutside={false}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput label="Name" required maxLength={256} data-autofocus {...form.getInputProps('name')} />
          <Radio.Group label="Authorization server" {...form.getInputProps('by')}>
            <Stack gap="xs" mt={4}>
              <Radio value="server" label="The one that an MCP server names" />
              <Radio value="issuer" label="By its issuer" />
            </Stack>
          </Radio.Group>
          {form.values.by === 'server' ? (
            <TextInput
              label="URL of the MCP server"
              type="url"
              required
              placeholder="https://mcp.example.com/mcp"
              {...form.getInputProps('server_url')}
            />
          ) : (
            <>
              <TextInput
                label="Issuer"
                type="url"
                required
                placeholder="https://login.example.com"
                {...form.getInputProps('issuer')}
              />
              <TextInput
                label="Resource"
                type="url"
                required
                description="What tokens are asked for."
                placeholder="https://mcp.example.com/mcp"
                {...form.getInputProps('resource')}
              />
            </>
          )}
          <ClientFields form={form} />
          <TextInput
            label="Scopes (optional)"
            description="Separated by spaces. Those that the MCP server names, where left out."
            autoComplete="off"
            {...form.getInputProps('scopes')}
          />
          {elsewhere && <ErrorCard title="The provider was not saved" error={enter.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} disabled={enter.isPending}>
              Cancel
            </Button>
            <Button type="submit" loading={enter.isPending}>
              Save provider
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

/** Where a URL that is not allowed stands. */
const urlField = { server: 'server_url', issuer: 'issuer' } as const

function toBody(values: Values): CreateProvider {
  const { name, by, server_url, issuer, resource } = values
  const scopes = values.scopes.split(/\s+/).filter(Boolean)
  return {
    name: name.trim(),
    ...clientBody(values),
    ...(by === 'server'
      ? { server_url: server_url.trim() }
      : { issuer: issuer.trim(), resource: resource.trim() }),
    ...(scopes.length > 0 && { scopes }),
  }
}

'use client'

// The dialog that makes a key, and then shows it once.

import type { KeyPermission, Permission } from '@gatehouse/registry-api'
import {
  Button,
  Checkbox,
  Group,
  Modal,
  NativeSelect,
  Radio,
  SimpleGrid,
  Stack,
  TextInput,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { fieldOf, halves, toApiError } from '#lib/api-error.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { expiresAt, lifetimes } from './expiry.ts'
import { permissionWords, usualPermissions } from './permission-words.ts'
import { useCreateKey } from './queries.ts'
import { RevealedKey } from './revealed-key.tsx'
import { ServersField } from './servers-field.tsx'

const titles = { form: 'Create API key', shown: 'Your new API key' }

export function CreateKey({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const create = useCreateKey()
  const close = () => {
    if (create.isPending) return
    create.reset()
    onClose()
  }
  const made = create.data
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={made ? titles.shown : titles.form}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={!made}
      withCloseButton={!made}
    >
      {made ? <RevealedKey made={made} onDone={close} /> : <Form create={create} onCancel={close} />}
    </Modal>
  )
}

function Form({ create, onCancel }: { create: ReturnType<typeof useCreateKey>; onCancel: () => void }) {
  const { me, may } = useWorkspace()
  const mine: readonly Permission[] =
    me.role === 'owner' ? [...me.permissions, 'users:act-as'] : me.permissions
  const grantable: readonly KeyPermission[] = mine.filter((one) => one !== 'calls:read-bodies')
  const form = useForm({
    initialValues: {
      name: '',
      kind: 'user',
      permissions: usualPermissions as string[],
      servers: null as string[] | null,
      days: '',
    },
    validate: {
      name: (value) => (value.trim() ? null : 'Name it after the client that will use it'),
      permissions: (value) => (value.length > 0 ? null : 'Choose at least one'),
      servers: (value) => (value === null || value.length > 0 ? null : 'Choose at least one server'),
    },
  })
  const submit = form.onSubmit(({ name, kind, permissions, servers, days }) =>
    create.mutate(
      {
        name: name.trim(),
        kind: kind === 'service' ? 'service' : 'user',
        permissions: grantable.filter((one) => permissions.includes(one)),
        servers,
        expires_at: expiresAt(days, Date.now()),
      },
      {
        onError: (error) => {
          const field = fieldOf(toApiError(error), ['name', 'permissions', 'servers'])
          if (field) form.setFieldError(field, halves(toApiError(error).detail).what)
        },
      },
    ),
  )
  const elsewhere = create.isError && !fieldOf(toApiError(create.error), ['name', 'permissions', 'servers'])
  const choices = [...new Set(grantable)]
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label="Name"
          placeholder="claude on my laptop"
          required
          maxLength={256}
          data-autofocus
          {...form.getInputProps('name')}
        />
        {may('api-keys:all') && (
          <Radio.Group label="Acts as" {...form.getInputProps('kind')}>
            <Stack gap="xs" mt={4}>
              <Radio value="user" label="You: never more than your role at the time" />
              <Radio value="service" label="A service: stays when you leave" />
            </Stack>
          </Radio.Group>
        )}
        <Checkbox.Group label="Permissions" {...form.getInputProps('permissions')}>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" verticalSpacing={6} mt={4}>
            {choices.map((one) => (
              <Checkbox key={one} value={one} label={permissionWords(one)} />
            ))}
          </SimpleGrid>
        </Checkbox.Group>
        <ServersField
          value={form.values.servers}
          error={form.errors.servers}
          onChange={(servers) => form.setFieldValue('servers', servers)}
        />
        <NativeSelect label="Expires" data={[...lifetimes]} {...form.getInputProps('days')} />
        {elsewhere && <ErrorCard title="The key was not made" error={create.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel} disabled={create.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create key
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

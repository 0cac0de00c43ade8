'use client'
// Invites somebody as something, and shows the link once.

import { Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { fieldOf, halves, toApiError } from '#lib/api-error.ts'
import { roleAbout, roleName, roles } from '#lib/role-words.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { OnceLink } from './once-link.tsx'
import { useInvite } from './queries.ts'

export function Invite({ onClose }: { onClose: () => void }) {
  const invite = useInvite()
  const made = invite.data
  const close = () => {
    if (!invite.isPending) onClose()
  }
  return (
    <Modal
      opened
      onClose={close}
      title={made ? 'Your invitation' : 'Invite somebody'}
      closeOnClickOutside={!made}
    >
      {made === undefined && <Form invite={invite} onCancel={close} />}
      {made && 'link' in made && (
        <OnceLink link={made.link} what="invitation" onDone={close}>
          Pass it on: no e-mail is sent. It works once and ends <TimeAgo at={made.expires_at} />.
        </OnceLink>
      )}
      {made && !('link' in made) && (
        <Stack>
          <Text>
            This invitation was made before and its answer got lost on the way, so its link can not be shown.
            Withdraw it and make another one.
          </Text>
          <Group justify="flex-end">
            <Button onClick={close}>Done</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}

function Form({ invite, onCancel }: { invite: ReturnType<typeof useInvite>; onCancel: () => void }) {
  const { me } = useWorkspace()
  const choices = roles.filter((one) => one !== 'owner' || me.role === 'owner')
  const form = useForm({
    initialValues: { role: 'member', email: '' },
    validate: {
      email: (value) =>
        value.trim() === '' || /^\S+@\S+\.\S+$/.test(value.trim())
          ? null
          : 'An e-mail address, like ada@example.com',
    },
  })
  const role = roles.find((one) => one === form.values.role) ?? 'member'
  const submit = form.onSubmit(({ email }) =>
    invite.mutate(
      { role, email: email.trim() || null },
      {
        onError: (error) => {
          if (fieldOf(toApiError(error), ['email']))
            form.setFieldError('email', halves(toApiError(error).detail).what)
        },
      },
    ),
  )
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <NativeSelect
          label="Role"
          description={roleAbout(role)}
          data={choices.map((value) => ({ value, label: roleName(value) }))}
          data-autofocus
          {...form.getInputProps('role')}
        />
        <TextInput
          label="E-mail (optional)"
          description="So that you know later whom it was for. Nothing is sent there."
          type="email"
          autoComplete="off"
          {...form.getInputProps('email')}
        />
        {invite.isError && !fieldOf(toApiError(invite.error), ['email']) && (
          <ErrorCard title="Nobody was invited" error={invite.error} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel} disabled={invite.isPending}>
            Cancel
          </Button>
          <Button type="submit" loading={invite.isPending}>
            Make invitation
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

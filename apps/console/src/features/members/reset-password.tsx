'use client'
// A link by which somebody who lost the password chooses a new one.

import type { Member } from '@gatehouse/registry-api'
import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { plainly } from '#lib/invisible.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { OnceLink } from './once-link.tsx'
import { useResetLink } from './queries.ts'

export function ResetPassword({ member, onClose }: { member: Member; onClose: () => void }) {
  const name = plainly(member.name)
  const link = useResetLink(member.id)
  return (
    <Modal opened onClose={onClose} title={`Reset the password of ${name}`} closeOnClickOutside={!link.data}>
      {link.data ? (
        <OnceLink link={link.data.link} what="reset link" onDone={onClose}>
          Pass it on to {name}. It works once and ends <TimeAgo at={link.data.expires_at} />.
        </OnceLink>
      ) : (
        <Stack>
          <Text>
            You get a link to pass on to {name}: no e-mail is sent. With it they choose a new password; their
            present one and their sessions go on until then.
          </Text>
          {link.isError && <ErrorCard title="No link was made" error={link.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose} disabled={link.isPending} data-autofocus>
              Cancel
            </Button>
            <Button loading={link.isPending} onClick={() => link.mutate()}>
              Make the link
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}

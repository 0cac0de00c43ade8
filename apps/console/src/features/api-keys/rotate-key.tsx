'use client'

// Another secret for the same key. The old one goes on for as long as the person says.

import type { ApiKey } from '@gatehouse/registry-api'
import { Button, Group, Modal, NativeSelect, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { plainly } from '#lib/invisible.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { useRotateKey } from './queries.ts'
import { RevealedKey } from './revealed-key.tsx'

const overlaps = [
  { value: '0', label: 'Ends now' },
  { value: '3600', label: 'Works for 1 more hour' },
  { value: '86400', label: 'Works for 1 more day' },
  { value: '604800', label: 'Works for 7 more days' },
]

export function RotateKey({
  apiKey,
  opened,
  onClose,
}: {
  apiKey: ApiKey
  opened: boolean
  onClose: () => void
}) {
  const rotate = useRotateKey(apiKey.id)
  const [overlap, setOverlap] = useState('86400')
  const close = () => {
    if (rotate.isPending) return
    rotate.reset()
    onClose()
  }
  const made = rotate.data
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={made ? 'Your new API key' : `Rotate ${plainly(apiKey.name)}?`}
      size={made ? 'lg' : 'md'}
      closeOnClickOutside={false}
      closeOnEscape={!made}
      withCloseButton={!made}
    >
      {made ? (
        <RevealedKey made={made} onDone={close} />
      ) : (
        <Stack>
          <Text>
            It gets a new secret. Its name, permissions and history stay. A secret that was already replaced
            ends at once.
          </Text>
          <NativeSelect
            label="The present secret"
            data={overlaps}
            value={overlap}
            onChange={(event) => setOverlap(event.currentTarget.value)}
          />
          {rotate.isError && <ErrorCard title="The rotation is not confirmed" error={rotate.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} disabled={rotate.isPending}>
              Cancel
            </Button>
            <Button loading={rotate.isPending} onClick={() => rotate.mutate(Number(overlap))}>
              Rotate key
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}

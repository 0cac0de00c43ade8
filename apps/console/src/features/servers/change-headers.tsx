'use client'

// Stored headers are replaced or removed as a whole: nobody can read the old values, this page neither.

import type { Server } from '@gatehouse/registry-api'
import { Button, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { halves, sideOf, toApiError } from '#lib/api-error.ts'
import { useFocusReturn } from '#lib/use-focus-return.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { EditSection } from './edit-section.tsx'
import { filled, HeadersField, type HeaderValue } from './headers-field.tsx'
import { useUpdate } from './queries.ts'
import { StoredHeaderList } from './stored-header-list.tsx'

/** Comes when it is opened. */
const RemoveHeaders = dynamic(() => import('./remove-headers.tsx').then((module) => module.RemoveHeaders))

export function ChangeHeaders({ server }: { server: Server }) {
  const update = useUpdate(server.id)
  const [draft, setDraft] = useState<HeaderValue[] | null>(null)
  const [removing, { open, close }] = useDisclosure()
  useFocusReturn(removing)
  const saved = server.headers ?? []
  const save = (headers: readonly HeaderValue[]) =>
    update.mutate(
      { headers: filled(headers) },
      {
        onSuccess: () => {
          setDraft(null)
          notifications.show({ title: 'Headers saved', message: 'They are sent from the next call on.' })
        },
      },
    )
  const begin = () => {
    update.reset()
    setDraft(saved.length > 0 ? saved.map(({ key }) => ({ key, value: '' })) : [{ key: '', value: '' }])
  }
  const error = update.isError ? toApiError(update.error) : undefined
  const onField = error && sideOf(error) === 'your input' && error.status !== 403
  return (
    <EditSection
      id="headers"
      title="Headers"
      shown={<StoredHeaderList serverId={server.id} />}
      more={
        saved.length > 0 && (
          <>
            <Button variant="default" onClick={open}>
              Remove headers…
            </Button>
            {removing && <RemoveHeaders server={server} onClose={close} />}
          </>
        )
      }
      begin={saved.length === 0 ? 'Set headers' : 'Replace headers'}
      onBegin={begin}
      isOpen={draft !== null}
      save="Save headers"
      isSaving={update.isPending}
      onSave={() => draft && save(draft)}
      onCancel={() => setDraft(null)}
    >
      {draft && (
        <HeadersField
          unlabelled
          value={draft}
          onChange={setDraft}
          error={onField ? halves(error.detail).what : undefined}
        />
      )}
      {saved.length > 0 && (
        <Text size="sm" c="dimmed">
          What you save here replaces all stored headers.
        </Text>
      )}
      {error && !onField && <ErrorCard title="The headers were not saved" error={error} />}
    </EditSection>
  )
}

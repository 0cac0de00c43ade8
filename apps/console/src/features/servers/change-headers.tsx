'use client'

// Stored headers are replaced or removed as a whole: nobody can read the old values, this page neither.

import type { Server } from '@gatehouse/registry-api'
import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { halves, sideOf, toApiError } from '#lib/api-error.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { filled, HeadersField, type HeaderValue } from './headers-field.tsx'
import { useUpdate } from './queries.ts'
import { StoredHeaders } from './stored-headers.tsx'

export function ChangeHeaders({ server }: { server: Server }) {
  const update = useUpdate(server.id)
  const [draft, setDraft] = useState<HeaderValue[] | null>(null)
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
    <Paper withBorder p="lg" component="section" aria-labelledby="credentials">
      <Stack align="flex-start">
        <Title order={2} id="credentials">
          Headers
        </Title>
        {draft === null ? (
          <>
            {saved.length === 0 ? <Text>None are stored.</Text> : <StoredHeaders server={server} />}
            <Button variant="default" onClick={begin}>
              {saved.length === 0 ? 'Set headers' : 'Replace headers'}
            </Button>
          </>
        ) : (
          <form
            style={{ width: '100%' }}
            onSubmit={(event) => {
              event.preventDefault()
              save(draft)
            }}
          >
            <Stack>
              <HeadersField
                unlabelled
                value={draft}
                onChange={setDraft}
                error={onField ? halves(error.detail).what : undefined}
              />
              {saved.length > 0 && (
                <Text size="sm" c="dimmed">
                  What you save here replaces all stored headers. With none, the stored ones are removed.
                </Text>
              )}
              {error && !onField && <ErrorCard title="The headers were not saved" error={error} />}
              <Group>
                <Button type="submit" loading={update.isPending}>
                  Save headers
                </Button>
                <Button variant="default" onClick={() => setDraft(null)} disabled={update.isPending}>
                  Cancel
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Stack>
    </Paper>
  )
}

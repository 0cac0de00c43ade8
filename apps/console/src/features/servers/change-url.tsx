'use client'

// Another URL for the same server: its slug and its address at the gateway stay.

import type { Server } from '@gatehouse/registry-api'
import { Alert, Button, Paper, Stack, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { fieldOf, halves, toApiError } from '#lib/api-error.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { useUpdate } from './queries.ts'
import { movesElsewhere, urlProblem } from './url-problem.ts'

export function ChangeUrl({ server }: { server: Server }) {
  const update = useUpdate(server.id)
  const form = useForm({ initialValues: { url: server.url }, validate: { url: urlProblem } })
  const loses = Boolean(server.headers?.length) && movesElsewhere(server.url, form.values.url)
  const submit = form.onSubmit(({ url }) =>
    update.mutate(
      { url: url.trim() },
      {
        onSuccess: ({ notice }) => {
          const message =
            notice === 'headers_dropped'
              ? 'The stored headers were dropped: set them again.'
              : 'The new URL holds from the next call on.'
          notifications.show({ title: 'URL saved', message })
        },
        onError: (error) => {
          const { todo, what } = halves(toApiError(error).detail)
          if (fieldOf(toApiError(error), ['url'])) form.setFieldError('url', `${what}. ${todo}.`)
        },
      },
    ),
  )
  const elsewhere = update.isError && !fieldOf(toApiError(update.error), ['url'])
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="address">
      <form onSubmit={submit} noValidate>
        <Stack align="flex-start">
          <Title order={2} id="address">
            Address
          </Title>
          <TextInput label="URL" type="url" required w="100%" {...form.getInputProps('url')} />
          {loses && (
            <Alert variant="default" w="100%" title="The stored headers will be dropped">
              This is another origin. Headers do not follow a server there: set them again afterwards.
            </Alert>
          )}
          {elsewhere && <ErrorCard title="The URL was not saved" error={update.error} />}
          <Button type="submit" loading={update.isPending} disabled={form.values.url.trim() === server.url}>
            Save URL
          </Button>
        </Stack>
      </form>
    </Paper>
  )
}

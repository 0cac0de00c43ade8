'use client'
// A part of a server's settings that is shown, and on demand a form in its place.

import { Box, Button, Group, Paper, Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface Props {
  id: string
  title: string
  shown: ReactNode
  /** The button that opens the form. */
  begin: string
  onBegin: () => void
  /** Beside that button. */
  more?: ReactNode
  isOpen: boolean
  /** The fields. */
  children: ReactNode
  save: string
  isSaving: boolean
  disabled?: boolean
  onSave: () => void
  onCancel: () => void
}

export function EditSection({ id, title, shown, begin, onBegin, more, isOpen, children, ...form }: Props) {
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby={id}>
      <Stack align="flex-start">
        <Title order={2} id={id}>
          {title}
        </Title>
        {isOpen ? (
          <form
            style={{ width: '100%' }}
            onSubmit={(event) => {
              event.preventDefault()
              form.onSave()
            }}
          >
            <Stack>
              {children}
              <Group>
                <Button type="submit" loading={form.isSaving} disabled={form.disabled ?? false}>
                  {form.save}
                </Button>
                <Button variant="default" onClick={form.onCancel} disabled={form.isSaving}>
                  Cancel
                </Button>
              </Group>
            </Stack>
          </form>
        ) : (
          <>
            <Box w="100%">{shown}</Box>
            <Group>
              <Button variant="default" onClick={onBegin}>
                {begin}
              </Button>
              {more}
            </Group>
          </>
        )}
      </Stack>
    </Paper>
  )
}

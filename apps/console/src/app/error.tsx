'use client'
// A screen that failed by itself.

import { Title } from '@mantine/core'
import { ErrorCard } from '#ui/error-card.tsx'
import { PlainPage } from '#ui/plain-page.tsx'

export default function Failed({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <PlainPage>
      <Title order={1}>This screen failed</Title>
      <ErrorCard title="The console could not show this screen" error={error} retry={reset} />
    </PlainPage>
  )
}

'use client'
// A screen that failed by itself.

import { Title } from '@mantine/core'
import { ErrorCard } from './error-card.tsx'
import { PlainPage } from './plain-page.tsx'

export function ScreenFailed({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <PlainPage>
      <Title order={1}>This screen failed</Title>
      <ErrorCard title="The console could not show this screen" error={error} retry={reset} />
    </PlainPage>
  )
}

// What a window shows between the click that opened it and the page that it is for.

import { Text, Title } from '@mantine/core'
import type { Metadata } from 'next'
import { PlainPage } from '#ui/plain-page.tsx'

export const metadata: Metadata = { title: 'Connecting' }

export default function Page() {
  return (
    <PlainPage>
      <Title order={1}>One moment</Title>
      <Text>Gatehouse asks the server where you sign in. This window goes on by itself.</Text>
      <Text size="sm" c="dimmed">
        If it stays like this, close it: the page that opened it says why.
      </Text>
    </PlainPage>
  )
}

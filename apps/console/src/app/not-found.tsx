// An address that leads nowhere.

import { Anchor, Text, Title } from '@mantine/core'
import type { Metadata } from 'next'
import { PlainPage } from '#ui/plain-page.tsx'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <PlainPage>
      <Title order={1}>Nothing is here</Title>
      <Text>This address belongs to no screen of the console.</Text>
      <Anchor href="/">Go to the start</Anchor>
    </PlainPage>
  )
}

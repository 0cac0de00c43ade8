'use client'
// An address that leads nowhere.

import { Anchor, Text, Title } from '@mantine/core'
import { PlainPage } from './plain-page.tsx'

export const NothingHere = () => (
  <PlainPage>
    <Title order={1}>Nothing is here</Title>
    <Text>This address belongs to no screen of the console.</Text>
    <Anchor href="/">Go to the start</Anchor>
  </PlainPage>
)

'use client'
// What a server says of the one that is tried. The words are its own.

import { Text } from '@mantine/core'
import { UpstreamText } from '#ui/upstream-text.tsx'
import type { Offer } from './offers/offer.ts'

export function AboutOffer({
  offer: { kind, name, title, description, off, destructive },
}: {
  offer: Offer
}) {
  return (
    <>
      {title !== undefined && (
        <Text fw={600}>
          <UpstreamText text={title} />
        </Text>
      )}
      {(kind === 'resource' || kind === 'template') && (
        <Text component="code" size="sm" ff="monospace" className="gh-break">
          <UpstreamText text={name} />
        </Text>
      )}
      {description !== undefined && (
        <Text size="sm" className="gh-break" style={{ whiteSpace: 'pre-wrap' }}>
          <UpstreamText text={description} />
        </Text>
      )}
      {destructive && (
        <Text size="sm">By what it says of itself it is destructive: you are asked before it runs.</Text>
      )}
      {off && <Text size="sm">It is switched off at the gateway: a call is answered with an error.</Text>}
    </>
  )
}

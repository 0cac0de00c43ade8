// One-time links lead here.

import type { Metadata } from 'next'
import { Claim } from '#features/people/claim.tsx'
import { PlainPage } from '#ui/plain-page.tsx'

export const metadata: Metadata = { title: 'One-time link' }

export default function Page() {
  return (
    <PlainPage>
      <Claim />
    </PlainPage>
  )
}

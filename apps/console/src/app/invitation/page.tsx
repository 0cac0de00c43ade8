// Invitations lead here.

import type { Metadata } from 'next'
import { Invited } from '#features/people/invited.tsx'
import { PlainPage } from '#ui/plain-page.tsx'

export const metadata: Metadata = { title: 'Invitation' }

export default function Page() {
  return (
    <PlainPage>
      <Invited />
    </PlainPage>
  )
}

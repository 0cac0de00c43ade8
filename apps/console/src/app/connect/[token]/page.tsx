// A link to connect with leads here.

import type { Metadata } from 'next'
import { Consent } from '#features/connect/consent.tsx'
import { PlainPage } from '#ui/plain-page.tsx'

export const metadata: Metadata = { title: 'Connect' }

export default async function Page({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  return (
    <PlainPage>
      <Consent token={token} />
    </PlainPage>
  )
}

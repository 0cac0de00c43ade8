// Authorization servers send people back to here.

import type { Metadata } from 'next'
import { Finish } from '#features/connect/finish.tsx'
import { PlainPage } from '#ui/plain-page.tsx'

export const metadata: Metadata = { title: 'Connecting' }

export default function Page() {
  return (
    <PlainPage>
      <Finish />
    </PlainPage>
  )
}

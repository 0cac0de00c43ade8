// Connect a client.

import type { Metadata } from 'next'
import { ConnectClient } from '#features/connect-client/connect-client.tsx'

export const metadata: Metadata = { title: 'Connect a client' }

export default function Page() {
  return <ConnectClient />
}

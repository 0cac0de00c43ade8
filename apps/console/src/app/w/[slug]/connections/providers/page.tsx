// The clients at authorization servers.

import type { Metadata } from 'next'
import { ProviderList } from '#features/oauth-providers/provider-list.tsx'

export const metadata: Metadata = { title: 'OAuth providers' }

export default function Page() {
  return <ProviderList />
}

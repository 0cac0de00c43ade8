// The list of servers.

import type { Metadata } from 'next'
import { ServerList } from '#features/servers/server-list.tsx'

export const metadata: Metadata = { title: 'Servers' }

export default function Page() {
  return <ServerList />
}

// One server: its heading and tabs.

import type { ReactNode } from 'react'
import { ServerFrame } from '#features/servers/server-frame.tsx'

export default async function Layout({
  params,
  children,
}: {
  params: Promise<{ id: string }>
  children: ReactNode
}) {
  const { id } = await params
  return <ServerFrame serverId={id}>{children}</ServerFrame>
}

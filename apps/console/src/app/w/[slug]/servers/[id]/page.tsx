// One server at a glance.

import { Overview } from '#features/servers/overview.tsx'

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return <Overview serverId={id} />
}

// What can be changed about one server.

import { Settings } from '#features/servers/settings.tsx'

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return <Settings serverId={id} />
}

// How the gateway and one server talk.

import { Connection } from '#features/servers/connection.tsx'

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return <Connection serverId={id} />
}

// With what calls to one server prove who they are: what is stored for it, and the accounts that are connected.

import { ServerConnections } from '#features/connections/server-connections.tsx'
import { Credentials } from '#features/servers/credentials.tsx'

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return (
    <Credentials serverId={id}>
      <ServerConnections serverId={id} />
    </Credentials>
  )
}

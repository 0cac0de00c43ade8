// The resources of one server, and the templates of more.

import { Stack } from '@mantine/core'
import { Offers } from '#features/servers/offers.tsx'

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return (
    <Stack gap="xl">
      <Offers serverId={id} list="resources" title="Resources" one="resource" />
      <Offers serverId={id} list="templates" title="Templates" one="resource template" />
    </Stack>
  )
}

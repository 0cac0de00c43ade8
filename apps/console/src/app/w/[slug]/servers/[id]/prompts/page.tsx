// The prompts of one server.

import { Offers } from '#features/servers/offers.tsx'

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return <Offers serverId={id} list="prompts" title="Prompts" one="prompt" />
}

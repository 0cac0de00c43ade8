// The tools of one server.

import { ToolList } from '#features/tools/tool-list.tsx'

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return <ToolList serverId={id} />
}

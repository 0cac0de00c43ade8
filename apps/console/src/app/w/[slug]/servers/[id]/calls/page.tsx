// The newest calls of one server, live.

import { LastCalls } from '#features/calls/last-calls.tsx'

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return <LastCalls server={id} shown={50} />
}

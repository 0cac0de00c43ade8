// An address without a workspace leads to the same screen of the workspace that was used last.

import { notFound } from 'next/navigation'
import { Enter } from '#features/people/enter.tsx'
import { PlainPage } from '#ui/plain-page.tsx'

export default async function Page({ params }: { params: Promise<{ path: string[] }> }) {
  const { path } = await params
  // A file that is not there, or a workspace's address that no screen has.
  if (path[0] === 'w' || path.some((part) => part.includes('.'))) notFound()
  return (
    <PlainPage>
      <Enter path={`/${path.map(encodeURIComponent).join('/')}`} />
    </PlainPage>
  )
}

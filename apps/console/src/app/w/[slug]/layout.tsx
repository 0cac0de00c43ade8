// The frame of a workspace.

import type { ReactNode } from 'react'
import { PaletteButton } from '#features/palette/palette-button.tsx'
import { AccountMenu } from '#features/people/account-menu.tsx'
import { WorkspaceFrame } from '#ui/workspace-frame.tsx'

interface Props {
  params: Promise<{ slug: string }>
  children: ReactNode
}

export default async function Layout({ params, children }: Props) {
  const { slug } = await params
  return (
    <WorkspaceFrame slug={slug} account={<AccountMenu />} palette={<PaletteButton />}>
      {children}
    </WorkspaceFrame>
  )
}

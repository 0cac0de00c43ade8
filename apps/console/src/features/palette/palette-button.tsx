'use client'
// Opens the command palette; its code comes when the page is idle.

import { ActionIcon } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Icon } from '#ui/icons.tsx'

const Palette = dynamic(() => import('./palette.tsx').then((module) => module.Palette), { ssr: false })

export function PaletteButton() {
  const [wanted, setWanted] = useState(0)
  const open = () => setWanted((times) => times + 1)
  useHotkeys([['mod+K', open]], [])
  return (
    <>
      <ActionIcon aria-label="Command palette" onClick={open}>
        <Icon name="search" />
      </ActionIcon>
      {wanted > 0 && <Palette wanted={wanted} />}
    </>
  )
}

'use client'
// Opens the command palette and the overview of shortcuts; their code comes when they are wanted.

import { ActionIcon } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useSingleKey } from '#lib/single-keys.ts'
import { useFocusReturn } from '#lib/use-focus-return.ts'
import { Icon } from '#ui/icons.tsx'

const Palette = dynamic(() => import('./palette.tsx').then((module) => module.Palette), { ssr: false })
const Shortcuts = dynamic(() => import('./shortcuts.tsx').then((module) => module.Shortcuts), { ssr: false })

export function PaletteButton() {
  const [wanted, setWanted] = useState(0)
  const [helping, setHelping] = useState(false)
  const open = () => setWanted((times) => times + 1)
  useHotkeys([['mod+K', open]], [])
  useSingleKey('?', () => setHelping(true))
  // A screen with a search of its own goes there.
  useSingleKey('/', open, () => document.querySelector('main input[type="search"]') === null)
  useFocusReturn(helping)
  return (
    <>
      <ActionIcon aria-label="Command palette" onClick={open}>
        <Icon name="search" />
      </ActionIcon>
      {wanted > 0 && <Palette wanted={wanted} onShortcuts={() => setHelping(true)} />}
      {helping && <Shortcuts onClose={() => setHelping(false)} />}
    </>
  )
}

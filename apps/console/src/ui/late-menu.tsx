'use client'
// A button of the header. What makes its menu comes with the first press, which also opens it: ui/header-menu.tsx.

import { ActionIcon } from '@mantine/core'
import { type ComponentType, Suspense, startTransition, useState } from 'react'
import { Icon, type IconName } from './icons.tsx'

export interface MenuFace {
  /** Of the button. */
  readonly label: string
  readonly icon: IconName
}

/** @param menu a lazy component around HeaderMenu */
export function LateMenu({ menu: Menu, ...face }: MenuFace & { readonly menu: ComponentType<MenuFace> }) {
  const [wanted, setWanted] = useState(false)
  // The transition leaves the button where it is until the menu can take its place.
  const button = (
    <ActionIcon
      aria-label={face.label}
      aria-haspopup="menu"
      aria-expanded={false}
      onClick={() => startTransition(() => setWanted(true))}
    >
      <Icon name={face.icon} />
    </ActionIcon>
  )
  return <Suspense fallback={button}>{wanted ? <Menu {...face} /> : button}</Suspense>
}

'use client'
// Light, dark, or as the system has it.

import { useMantineColorScheme } from '@mantine/core'
import { useMounted } from '@mantine/hooks'
import { lazy } from 'react'
import type { IconName } from './icons.tsx'
import { LateMenu } from './late-menu.tsx'

export const schemes = [
  { value: 'light', label: 'Light', icon: 'sun' },
  { value: 'dark', label: 'Dark', icon: 'moon' },
  { value: 'auto', label: 'System', icon: 'system' },
] as const satisfies readonly { value: string; label: string; icon: IconName }[]

const ThemeMenu = lazy(() => import('./theme-menu.tsx'))

export function ThemeSwitch() {
  const { colorScheme } = useMantineColorScheme()
  const mounted = useMounted() // what the browser remembers is unknown to the server
  const chosen = schemes.find(({ value }) => mounted && value === colorScheme) ?? schemes[2]
  return <LateMenu label={`Theme: ${chosen.label}`} icon={chosen.icon} menu={ThemeMenu} />
}

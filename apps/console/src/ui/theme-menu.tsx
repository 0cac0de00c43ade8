'use client'
// The schemes to choose from.

import { Menu, useMantineColorScheme } from '@mantine/core'
import { HeaderMenu } from './header-menu.tsx'
import { Icon } from './icons.tsx'
import type { MenuFace } from './late-menu.tsx'
import { schemes } from './theme-switch.tsx'

export default function ThemeMenu(face: MenuFace) {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <HeaderMenu {...face} name="Theme">
      {schemes.map(({ value, label, icon }) => (
        <Menu.Item
          key={value}
          leftSection={<Icon name={icon} size={16} />}
          rightSection={value === colorScheme ? <Icon name="check" size={14} /> : null}
          onClick={() => setColorScheme(value)}
        >
          {label}
        </Menu.Item>
      ))}
    </HeaderMenu>
  )
}

'use client'
// A menu of the header, with its button. It comes because the button was pressed, so it opens.

import { ActionIcon, Menu, type MenuProps } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { Icon } from './icons.tsx'
import type { MenuFace } from './late-menu.tsx'

interface Props extends MenuFace, Pick<MenuProps, 'width' | 'children'> {
  /** Of the menu. */
  readonly name: string
}

export function HeaderMenu({ label, icon, name, children, ...rest }: Props) {
  const [opened, setOpened] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    // What closes the menu gives the focus back to what had it.
    button.current?.focus()
    setOpened(true)
  }, [])
  return (
    <Menu
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      withInitialFocusPlaceholder={false}
      withinPortal={false}
      {...rest}
    >
      <Menu.Target>
        <ActionIcon ref={button} aria-label={label}>
          <Icon name={icon} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown aria-label={name}>{children}</Menu.Dropdown>
    </Menu>
  )
}

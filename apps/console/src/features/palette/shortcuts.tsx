'use client'
// What the keyboard can do, and the switch for shortcuts of one character.

import { Group, Kbd, Modal, Stack, Switch, Text } from '@mantine/core'
import { Fragment } from 'react'
import { useSingleKeys } from '#lib/single-keys.ts'

const shortcuts: readonly { keys: readonly string[]; does: string }[] = [
  {
    keys: ['Ctrl', 'K'],
    does: 'Go to a screen, server, tool or call, create, change the theme (⌘ K on a Mac)',
  },
  { keys: ['/'], does: 'Search the list on screen; elsewhere the same as Ctrl K' },
  { keys: ['?'], does: 'This overview' },
  { keys: ['Esc'], does: 'Close a dialog or the command palette' },
  { keys: ['←', '→'], does: 'Change the tab of a server' },
  { keys: ['Tab'], does: 'Go on; at the top of a page the first stop leads to its content' },
]

export function Shortcuts({ onClose }: { onClose: () => void }) {
  const [on, setOn] = useSingleKeys()
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts">
      <Stack>
        <dl className="gh-facts">
          {shortcuts.map(({ keys, does }) => (
            <div key={does}>
              <dt>
                <Group gap={4} component="span">
                  {keys.map((key, at) => (
                    <Fragment key={key}>
                      {at > 0 && ' '}
                      <Kbd>{key}</Kbd>
                    </Fragment>
                  ))}
                </Group>
              </dt>
              <dd>
                <Text size="sm">{does}</Text>
              </dd>
            </div>
          ))}
        </dl>
        <Switch
          label="Shortcuts of one character ( / and ? )"
          description="Turn them off where you dictate, or where another program uses them. Kept in this browser."
          checked={on}
          onChange={(event) => setOn(event.currentTarget.checked)}
        />
      </Stack>
    </Modal>
  )
}

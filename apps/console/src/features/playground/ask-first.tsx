'use client'
// A tool that says that it destroys something runs only when somebody said so twice.

import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { plainly } from '#lib/invisible.ts'

interface Props {
  readonly opened: boolean
  readonly tool: string
  /** Undefined where the tool's name tells it. */
  readonly server: string | undefined
  readonly onClose: () => void
  readonly onRun: () => void
}

export function AskFirst({ opened, tool, server, onClose, onRun }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Run ${plainly(tool)}?`}>
      <Stack>
        <Text>
          By what it says of itself it is destructive. It runs
          {server !== undefined && ` at ${plainly(server)}`}, for real, with the arguments that you gave.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Do not run
          </Button>
          <Button color="red.9" onClick={onRun}>
            Run it
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

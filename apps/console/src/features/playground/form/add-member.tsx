'use client'
// A member of a name that the schema doesn't know, where it invites such.

import { Button, Group, TextInput } from '@mantine/core'
import { useState } from 'react'

interface Props {
  /** Names that are there already. */
  readonly taken: readonly string[]
  readonly onAdd: (name: string) => void
}

export function AddMember({ taken, onAdd }: Props) {
  const [name, setName] = useState('')
  const add = () => {
    onAdd(name)
    setName('')
  }
  return (
    <Group gap="xs" align="flex-end">
      <TextInput
        label="Another name"
        size="xs"
        autoComplete="off"
        value={name}
        error={taken.includes(name) && 'It is there already'}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <Button variant="default" size="xs" disabled={name === '' || taken.includes(name)} onClick={add}>
        Add member
      </Button>
    </Group>
  )
}

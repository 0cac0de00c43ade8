// Somebody changed what a form is about: what they changed, and the two ways to go on.

import { Alert, Button, Group, List, Text } from '@mantine/core'
import type { Meanwhile } from '#lib/use-meanwhile.ts'

interface Props<V> {
  meanwhile: Meanwhile<V>
  /** The fields' labels. */
  labels: Readonly<Record<keyof V & string, string>>
  /** How a field's value reads. */
  show: (name: keyof V & string, value: unknown) => string
}

export function MeanwhileNote<V>({ meanwhile: { changed, keepMine, takeTheirs }, labels, show }: Props<V>) {
  if (changed.length === 0) return null
  return (
    <Alert variant="default" w="100%" role="alert" title="Somebody changed this while you were at it">
      <List size="sm">
        {changed.map(({ name, before, after }) => (
          <List.Item key={name}>
            {labels[name]}: {show(name, before)} → {show(name, after)}
          </List.Item>
        ))}
      </List>
      <Text size="sm" my="xs">
        Nothing of yours is saved yet, and nothing is lost.
      </Text>
      <Group>
        <Button variant="default" size="compact-sm" onClick={keepMine}>
          Go on with what I changed
        </Button>
        <Button variant="default" size="compact-sm" onClick={takeTheirs}>
          Take theirs
        </Button>
      </Group>
    </Alert>
  )
}

'use client'
// The items of an array, one below the other.

import { Button, Fieldset, Group, Stack, Text } from '@mantine/core'
import { plainly } from '#lib/invisible.ts'
import { Icon } from '#ui/icons.tsx'
import { Field, type FieldProps } from './field.tsx'
import { about, errorOf, Label, ProblemText } from './field-words.tsx'
import { type List, toForm } from './form.ts'
import { firstValue } from './starting-value.ts'

export function ListField({ list, ...props }: FieldProps & { list: List }) {
  const { root, at, problems, onChange } = props
  const { items, view } = list
  const error = errorOf(problems, at)
  const said = about(list)
  const name = plainly(props.name)
  const set = (next: List['items']) => onChange({ ...list, items: next })
  return (
    <Fieldset legend={<Label {...props} />}>
      <Stack gap="sm">
        {said && (
          <Text size="xs" c="dimmed" component="div">
            {said}
          </Text>
        )}
        {error && <ProblemText text={error} />}
        {items.map((item, index) => (
          <Stack
            // biome-ignore lint/suspicious/noArrayIndexKey: an item is its place in the list
            key={index}
            gap={4}
          >
            <Field
              name={`Item ${index + 1}`}
              schema={view.items}
              root={root}
              form={item}
              at={`${at}/${index}`}
              required
              problems={problems}
              onChange={(changed) => set(items.with(index, changed))}
            />
            <Group>
              <Button
                variant="subtle"
                color="gray"
                size="compact-xs"
                aria-label={`Remove item ${index + 1} of ${name}`}
                onClick={() => set(items.toSpliced(index, 1))}
              >
                Remove
              </Button>
            </Group>
          </Stack>
        ))}
        <div>
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<Icon name="plus" size={14} />}
            aria-label={`Add item to ${name}`}
            onClick={() => set([...items, toForm(view.items, firstValue(view.items, root), root)])}
          >
            Add item
          </Button>
        </div>
      </Stack>
    </Fieldset>
  )
}

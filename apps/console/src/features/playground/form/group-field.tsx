'use client'
// The members of an object: those that the schema names, and whatever else is there.

import { Fieldset, Stack, Text } from '@mantine/core'
import { pointer } from '../json/json.ts'
import { Field, type FieldProps } from './field.tsx'
import { about, errorOf, Label, ProblemText } from './field-words.tsx'
import { type Group, withMember } from './form.ts'

export function GroupField({ group, ...props }: FieldProps & { group: Group }) {
  const { at, problems } = props
  const error = errorOf(problems, at)
  const said = about(group)
  const members = <Members {...props} group={group} />
  // The arguments themselves need no name.
  if (at === '')
    return (
      <Stack gap="md">
        {error && <ProblemText text={error} />}
        {members}
      </Stack>
    )
  return (
    <Fieldset legend={<Label {...props} />}>
      <Stack gap="md">
        {said && (
          <Text size="xs" c="dimmed" component="div">
            {said}
          </Text>
        )}
        {error && <ProblemText text={error} />}
        {members}
      </Stack>
    </Fieldset>
  )
}

function Members({ group, root, at, problems, onChange }: FieldProps & { group: Group }) {
  const { view, members } = group
  if (members.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing to fill in.
      </Text>
    )
  return members.map(({ name, form, known }) => (
    <Field
      key={name}
      name={name}
      schema={known ? view.properties.get(name) : view.others}
      root={root}
      form={form}
      at={pointer(at, name)}
      required={view.required.has(name)}
      problems={problems}
      onChange={(changed) => onChange(withMember(group, name, changed))}
    />
  ))
}

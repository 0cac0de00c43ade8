'use client'
// The members of an object: those that the schema names, and whatever else is there.

import { Fieldset, Stack, Text } from '@mantine/core'
import { pointer } from '../json/json.ts'
import { AddMember } from './add-member.tsx'
import { Field, type FieldProps } from './field.tsx'
import { about, errorOf, Label, ProblemText } from './field-words.tsx'
import { type Group, toForm, withMember } from './form.ts'
import { firstValue } from './starting-value.ts'

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
  return (
    <>
      {members.length === 0 && (
        <Text size="sm" c="dimmed">
          {view.open ? 'It has no members yet.' : 'Nothing to fill in.'}
        </Text>
      )}
      {members.map(({ name, form, known }) => (
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
      ))}
      {view.open && (
        <AddMember
          taken={members.map(({ name }) => name)}
          onAdd={(name) => {
            const form = toForm(view.others, firstValue(view.others, root), root)
            onChange(
              withMember({ ...group, members: [...members, { name, form, known: false }] }, name, form),
            )
          }}
        />
      )}
    </>
  )
}

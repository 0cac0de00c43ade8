'use client'
// One value of a form, whatever it is. What it shows comes from form.ts; a change gives another form.

import { Button, Group, Stack } from '@mantine/core'
import { plainly } from '#lib/invisible.ts'
import type { Problem } from '../check/judge.ts'
import type { Json } from '../json/json.ts'
import { about, errorOf, Label } from './field-words.tsx'
import { type Form, toForm } from './form.ts'
import { GroupField } from './group-field.tsx'
import { JsonField } from './json-field.tsx'
import { ListField } from './list-field.tsx'
import { Proposals } from './proposals.tsx'
import { Adder, ChoiceField, NumberField, TextField } from './simple-fields.tsx'
import { firstValue } from './starting-value.ts'

export interface FieldProps {
  /** Its name, or "Item 3". */
  readonly name: string
  readonly schema: Json | undefined
  /** The whole schema. */
  readonly root: Json
  readonly form: Form
  /** JSON Pointer of the value. */
  readonly at: string
  /** It may not be left out. */
  readonly required: boolean
  /** All problems of the whole value. */
  readonly problems: readonly Problem[]
  readonly onChange: (form: Form) => void
}

export function Field(props: FieldProps) {
  const { form, required, schema, root, onChange } = props
  const name = plainly(props.name)
  const ways = [
    !required &&
      form.kind !== 'absent' && { name: `Leave out ${name}`, label: 'Leave out', value: undefined },
    form.view.nullable &&
      form.kind !== 'null' && { name: `Set to null: ${name}`, label: 'Set to null', value: null },
  ].filter((way) => way !== false)
  return (
    <Stack gap={4}>
      <Control {...props} />
      {ways.length > 0 && (
        <Group gap="xs">
          {ways.map((way) => (
            <Button
              key={way.label}
              variant="subtle"
              color="gray"
              size="compact-xs"
              aria-label={way.name}
              onClick={() => onChange(toForm(schema, way.value, root))}
            >
              {way.label}
            </Button>
          ))}
        </Group>
      )}
    </Stack>
  )
}

function Control(props: FieldProps) {
  const { form, onChange, schema, root, at, problems, name } = props
  const { view } = form
  const nothing = props.required ? 'Not given yet' : 'Left out'
  const around = {
    label: <Label {...props} />,
    description: about(form),
    error: errorOf(problems, at),
  }
  const text = 'text' in form ? form.text : ''
  const set = (kind: 'text' | 'number' | 'json') => (typed: string) =>
    // An empty text is a text; a number or JSON is nothing then.
    onChange(kind !== 'text' && typed.trim() === '' ? { kind: 'absent', view } : { kind, view, text: typed })
  const add = () => onChange(toForm(schema, firstValue(schema, root), root))
  if (form.kind === 'group') return <GroupField {...props} group={form} />
  if (form.kind === 'list') return <ListField {...props} list={form} />
  if (form.kind === 'null') return <Adder around={around} name={name} now="null" onAdd={add} />
  const given = form.kind === 'absent' ? view.kind : form.kind
  switch (given) {
    case 'text':
      return (
        <Proposals name={name} at={at} text={text} onPick={set('text')}>
          <TextField
            {...around}
            text={text}
            placeholder={form.kind === 'absent' ? nothing : ''}
            onChange={set('text')}
          />
        </Proposals>
      )
    case 'number':
      return <NumberField {...around} text={text} placeholder={nothing} onChange={set('number')} />
    case 'json':
      return <JsonField {...around} text={text} onChange={set('json')} />
    case 'flag':
    case 'choice':
      return <ChoiceField around={around} form={form} nothing={nothing} onChange={onChange} />
    case 'list':
    case 'group':
      return <Adder around={around} name={name} now={nothing} onAdd={add} />
  }
}

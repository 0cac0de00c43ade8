'use client'
// Fields of one value each.

import { Button, Group, Input, NativeSelect, Text, Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { plainly } from '#lib/invisible.ts'
import type { Form } from './form.ts'

/** What every field is given. */
export interface Around {
  readonly label: ReactNode
  readonly description: ReactNode
  readonly error: string | undefined
}

interface TextProps extends Around {
  readonly text: string
  /** Stands there while nothing was given. */
  readonly placeholder: string
  readonly onChange: (text: string) => void
}

export const TextField = ({ text, onChange, ...around }: TextProps) => (
  <Textarea
    {...around}
    autosize
    minRows={1}
    maxRows={12}
    value={text}
    onChange={({ currentTarget }) => onChange(currentTarget.value)}
  />
)

/** Takes any text: what is no number yet stays as it was typed. */
export const NumberField = ({ text, onChange, ...around }: TextProps) => (
  <TextInput
    {...around}
    inputMode="decimal"
    autoComplete="off"
    value={text}
    onChange={({ currentTarget }) => onChange(currentTarget.value.trim())}
  />
)

interface ChoiceProps {
  readonly around: Around
  readonly form: Form
  readonly nothing: string
  readonly onChange: (form: Form) => void
}

/** Also yes and no: nothing is a third thing. */
export function ChoiceField({ around, form, nothing, onChange }: ChoiceProps) {
  const { view } = form
  const isFlag = view.kind === 'flag'
  const labels = isFlag ? ['true', 'false'] : view.choices.map(({ label }) => plainly(label))
  const data = labels.map((label, at) => ({ value: String(at), label }))
  return (
    <NativeSelect
      {...around}
      data={[...(form.kind === 'absent' ? [{ value: '', label: nothing }] : []), ...data]}
      value={chosen(form)}
      onChange={({ currentTarget: { value } }) => {
        if (value === '') return
        onChange(
          isFlag ? { kind: 'flag', view, on: value === '0' } : { kind: 'choice', view, at: Number(value) },
        )
      }}
    />
  )
}

function chosen(form: Form): string {
  if (form.kind === 'choice') return String(form.at)
  if (form.kind === 'flag') return form.on ? '0' : '1'
  return ''
}

interface AdderProps {
  readonly around: Around
  readonly name: string
  /** "Left out", or "null". */
  readonly now: string
  readonly onAdd: () => void
}

/** Something with parts, which isn't there yet. */
export const Adder = ({ around, name, now, onAdd }: AdderProps) => (
  <Input.Wrapper {...around} labelElement="div">
    <Group gap="sm" mt={4}>
      <Text size="sm" c="dimmed">
        {now}
      </Text>
      <Button variant="default" size="compact-sm" onClick={onAdd}>
        Add {plainly(name)}
      </Button>
    </Group>
  </Input.Wrapper>
)

'use client'
// JSON in a text area. What was typed stays as it was typed as long as it means the value that is shown.

import { Textarea, type TextareaProps } from '@mantine/core'
import { useState } from 'react'
import { printJson } from '../json/print-json.ts'
import { typedValue } from './form.ts'

interface Props extends Omit<TextareaProps, 'onChange' | 'value'> {
  /** Of the value. */
  readonly text: string
  readonly onChange: (text: string) => void
}

const meaning = (text: string) => printJson(typedValue(text))

export function JsonField({ text, onChange, ...rest }: Props) {
  const [typed, setTyped] = useState(text)
  const shown = typed === text || meaning(typed) === meaning(text) ? typed : text
  return (
    <Textarea
      autosize
      minRows={2}
      maxRows={24}
      spellCheck={false}
      autoComplete="off"
      placeholder="JSON"
      {...rest}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8125rem' } }}
      value={shown}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value)
        onChange(currentTarget.value)
      }}
    />
  )
}

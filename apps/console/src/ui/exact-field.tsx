'use client'
// A filter whose value is typed; it is asked for when the typing pauses.

import { TextInput, type TextInputProps } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'

interface Props extends Omit<TextInputProps, 'value' | 'onChange' | 'ref'> {
  label: string
  value: string
  onChange: (value: string) => void
  /** `/` goes here. */
  search?: boolean
}

export function ExactField({ value, onChange, search = false, ...rest }: Props) {
  const [text, setText] = useState(value)
  const input = useRef<HTMLInputElement>(null)
  const say = useDebouncedCallback(onChange, 300)
  useHotkeys(search ? [['/', () => input.current?.focus()]] : [])
  useEffect(() => setText(value), [value])
  return (
    <TextInput
      placeholder="Its exact name"
      {...rest}
      ref={input}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value)
        say(event.currentTarget.value.trim())
      }}
    />
  )
}

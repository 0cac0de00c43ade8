'use client'
// One value, as a form or as JSON: two ways to look at the same thing.

import { SegmentedControl, Stack } from '@mantine/core'
import { useState } from 'react'
import type { Problem } from '../check/judge.ts'
import { type Json, Unfinished } from '../json/json.ts'
import { JsonProblem, parseJson } from '../json/parse-json.ts'
import { printLines } from '../json/print-json.ts'
import { Field } from './field.tsx'
import { fromForm, toForm, typedValue } from './form.ts'
import { JsonField } from './json-field.tsx'

interface Props {
  /** "Arguments" */
  readonly label: string
  readonly schema: Json
  readonly value: Json
  readonly problems: readonly Problem[]
  readonly onChange: (value: Json) => void
}

export function ValueEditor({ label, schema, value, problems, onChange }: Props) {
  const [mode, setMode] = useState<'form' | 'json'>('form')
  return (
    <Stack gap="sm">
      <div>
        <SegmentedControl
          aria-label={`${label} as`}
          size="xs"
          data={[
            { value: 'form', label: 'Form' },
            { value: 'json', label: 'JSON' },
          ]}
          value={mode}
          onChange={(next) => setMode(next === 'json' ? 'json' : 'form')}
        />
      </div>
      {mode === 'json' ? (
        <JsonField
          label={`${label} as JSON`}
          text={value instanceof Unfinished ? value.text : printLines(value)}
          error={brokenAt(value) ?? problems.length > 0}
          minRows={6}
          onChange={(text) => onChange(typedValue(text))}
        />
      ) : (
        <Field
          name={label}
          schema={schema}
          root={schema}
          form={toForm(schema, value, schema)}
          at=""
          required
          problems={problems}
          onChange={(form) => onChange(fromForm(form) ?? new Map())}
        />
      )}
    </Stack>
  )
}

/** Where the text stops being JSON. */
function brokenAt(value: Json): string | undefined {
  if (!(value instanceof Unfinished)) return undefined
  try {
    parseJson(value.text)
    return undefined
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error
    return `Line ${error.line}, column ${error.column}: ${error.message}`
  }
}

'use client'
// What stands around a field: its name, what the schema says of it, what is wrong with it. The words are the server's.

import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { plainly } from '#lib/invisible.ts'
import { UpstreamText } from '#ui/upstream-text.tsx'
import type { Problem } from '../check/judge.ts'
import { isTooPrecise, JsonNumber } from '../json/json.ts'
import { printJson } from '../json/print-json.ts'
import { type Form, fromForm } from './form.ts'

interface LabelProps {
  readonly name: string
  readonly form: Form
  readonly required: boolean
}

export function Label({ name, form: { view }, required }: LabelProps) {
  return (
    <>
      <span className="gh-break">
        <UpstreamText text={name} />
      </span>
      {view.title !== undefined && view.title !== name && (
        <>
          {' · '}
          <UpstreamText text={view.title} />
        </>
      )}
      {!required && (
        <Text span c="dimmed" size="sm" fw={400}>
          {' '}
          (optional)
        </Text>
      )}
    </>
  )
}

/** What the schema says of it, and what becomes of it as it stands. Null where there is nothing to say. */
export function about(form: Form): ReactNode {
  const { description } = form.view
  const note = noteOn(form)
  if (description === undefined && note === undefined) return null
  return (
    <>
      {description !== undefined && (
        <span className="gh-break" style={{ display: 'block' }}>
          <UpstreamText text={description} />
        </span>
      )}
      {note}
    </>
  )
}

function noteOn(form: Form): ReactNode {
  const { fallback, kind } = form.view
  if (form.kind === 'absent' && fallback !== undefined && kind !== 'group')
    return (
      <>
        Left out, it is <UpstreamText text={printJson(fallback).slice(0, 200)} />.
      </>
    )
  if (form.kind === 'text' && form.text === '') return 'It is sent as an empty text.'
  if (form.kind === 'list' && form.items.length === 0) return 'It is sent as an empty list.'
  const value = form.kind === 'number' ? fromForm(form) : undefined
  return value instanceof JsonNumber && isTooPrecise(value)
    ? 'It is sent digit for digit; many programs round it.'
    : undefined
}

export const errorOf = (problems: readonly Problem[], at: string) =>
  problems
    .filter((one) => one.at === at)
    .map(({ what }) => plainly(what))
    .join(' ') || undefined

export const ProblemText = ({ text }: { text: string }) => (
  <Text size="sm" c="var(--mantine-color-error)">
    {text}
  </Text>
)

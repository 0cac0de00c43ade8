// With what a form begins: what the schema requires and says itself. Everything else is left out until somebody gives it.

import { type Json, Unfinished } from '../json/json.ts'
import { type View, viewOf } from './view.ts'

/** A schema that requires itself would never end. */
const maxDepth = 8
const maxMembers = 1_000

/** @param prefill optional members too, where the schema has a default for them */
export function startingValue(schema: Json, prefill = false): Json {
  return begin(viewOf(schema, schema), { root: schema, prefill, members: 0 }, 0) ?? new Map()
}

interface Beginning {
  readonly root: Json
  readonly prefill: boolean
  /** That were looked at. */
  members: number
}

function begin(view: View, all: Beginning, depth: number): Json | undefined {
  if (view.fallback !== undefined) return view.fallback
  if (view.kind === 'choice' && view.choices.length === 1) return view.choices[0]?.value
  if (view.kind !== 'group' || depth > maxDepth) return undefined
  const members = new Map<string, Json>()
  for (const [name, schema] of view.properties) {
    all.members += 1
    if (all.members > maxMembers) break
    const inner = viewOf(schema, all.root)
    const required = view.required.has(name)
    const value = required ? begin(inner, all, depth + 1) : all.prefill ? inner.fallback : undefined
    if (value !== undefined) members.set(name, value)
  }
  return members
}

/** What stands where somebody asked for a value and has not given it yet. */
export function firstValue(schema: Json | undefined, root: Json): Json {
  const view = viewOf(schema, root)
  const given = begin(view, { root, prefill: false, members: 0 }, 0)
  if (given !== undefined) return given
  if (view.kind === 'text') return ''
  if (view.kind === 'flag') return false
  if (view.kind === 'list') return []
  return view.choices[0]?.value ?? new Unfinished('')
}

// A form is another way to look at a value: made from it, and giving it back exactly. What a field can't show as it is, it shows as
// JSON. The value is what is kept; changed fields give a new one.

import { isList, isObject, type Json, JsonNumber, Unfinished } from '../json/json.ts'
import { JsonProblem, parseJson } from '../json/parse-json.ts'
import { printJson, printLines } from '../json/print-json.ts'
import { type View, viewOf } from './view.ts'

interface Node<K extends string> {
  readonly kind: K
  readonly view: View
}

interface Text<K extends string> extends Node<K> {
  readonly text: string
}

export interface Group extends Node<'group'> {
  /** Those that the schema names come first, in its order. */
  readonly members: readonly Member[]
  /** Names of the members that are there, in the order of the value. */
  readonly order: readonly string[]
}

export interface Member {
  readonly name: string
  readonly form: Form
  /** The schema names it. */
  readonly known: boolean
}

export type List = Node<'list'> & { readonly items: readonly Form[] }
export type Choice = Node<'choice'> & { readonly at: number }
export type Flag = Node<'flag'> & { readonly on: boolean }

export type Form =
  | Node<'absent'>
  | Node<'null'>
  | Text<'text'>
  | Text<'number'>
  | Text<'json'>
  | Flag
  | Choice
  | List
  | Group

/** How many more fields a form may have: what is left then is shown as JSON, because a stranger's schema may ask for any number. */
interface Room {
  fields: number
}

const maxFields = 200

/** @param value undefined where the member is left out */
export function toForm(
  schema: Json | undefined,
  value: Json | undefined,
  root: Json,
  room: Room = { fields: maxFields },
): Form {
  const view = viewOf(schema, root)
  if (value === undefined) return { kind: 'absent', view }
  return fitting(view, value, root, room) ?? { kind: 'json', view, text: textOf(value) }
}

function takes(room: Room, fields: number): boolean {
  if (fields > room.fields) return false
  room.fields -= fields
  return true
}

/** Undefined where the field that the schema asks for would not show the value as it is. */
function fitting(view: View, value: Json, root: Json, room: Room): Form | undefined {
  if (value === null && view.nullable) return { kind: 'null', view }
  switch (view.kind) {
    case 'text':
      return typeof value === 'string' && isTypable(value) ? { kind: 'text', view, text: value } : undefined
    case 'number':
      if (value instanceof JsonNumber) return { kind: 'number', view, text: value.digits }
      return value instanceof Unfinished ? { kind: 'number', view, text: value.text } : undefined
    case 'flag':
      return typeof value === 'boolean' ? { kind: 'flag', view, on: value } : undefined
    case 'choice':
      return chosen(view, value)
    case 'list':
      if (!isList(value) || !takes(room, value.length)) return undefined
      return { kind: 'list', view, items: value.map((item) => toForm(view.items, item, root, room)) }
    case 'group':
      return isObject(value) ? groupOf(view, value, root, room) : undefined
    case 'json':
      return undefined
  }
}

/** A text area would turn the others into something else without a word, or not show them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const isTypable = (text: string) => text.isWellFormed() && !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text)

function chosen(view: View, value: Json): Form | undefined {
  const text = printJson(value)
  const at = view.choices.findIndex((choice) => printJson(choice.value) === text)
  return at < 0 ? undefined : { kind: 'choice', view, at }
}

function groupOf(view: View, value: ReadonlyMap<string, Json>, root: Json, room: Room): Group | undefined {
  const others = [...value].filter(([name]) => !view.properties.has(name))
  if (!takes(room, view.properties.size + others.length)) return undefined
  const named = [...view.properties].map(([name, schema]) => ({
    name,
    form: toForm(schema, value.get(name), root, room),
    known: true,
  }))
  const more = others.map(([name, other]) => ({
    name,
    form: toForm(view.others, other, root, room),
    known: false,
  }))
  return { kind: 'group', view, members: [...named, ...more], order: [...value.keys()] }
}

const textOf = (value: Json) => (value instanceof Unfinished ? value.text : printLines(value))

/** The value that the form shows; undefined where it is left out. */
export function fromForm(form: Form): Json | undefined {
  switch (form.kind) {
    case 'absent':
      return undefined
    case 'null':
      return null
    case 'text':
      return form.text
    case 'number':
      return numberOf(form.text)
    case 'json':
      return typedValue(form.text)
    case 'flag':
      return form.on
    case 'choice':
      return form.view.choices[form.at]?.value
    case 'list':
      // What stands in a list has to be something.
      return form.items.map((item) => {
        const value = fromForm(item)
        return value === undefined ? new Unfinished('') : value
      })
    case 'group':
      return ofGroup(form)
  }
}

/** The value of a text, or what was typed where it is no JSON. */
export function typedValue(text: string): Json {
  try {
    return parseJson(text)
  } catch (error) {
    if (error instanceof JsonProblem) return new Unfinished(text)
    throw error
  }
}

function numberOf(text: string): Json | undefined {
  if (text === '') return undefined
  const value = typedValue(text)
  // Spaces around it are no part of a number.
  return value instanceof JsonNumber && value.digits === text ? value : new Unfinished(text)
}

function ofGroup({ members, order }: Group): Json {
  const values = new Map(members.map(({ name, form }) => [name, fromForm(form)]))
  const value = new Map<string, Json>()
  for (const name of [...order, ...values.keys()]) {
    const one = values.get(name)
    if (one !== undefined) value.set(name, one)
  }
  return value
}

/** The group with another member: one that was left out takes its place behind the ones that the schema names before it. */
export function withMember(group: Group, name: string, form: Form): Group {
  const members = group.members.map((one) => (one.name === name ? { ...one, form } : one))
  if (group.order.includes(name)) return { ...group, members }
  const before = new Set(
    group.members
      .slice(
        0,
        group.members.findIndex((one) => one.name === name),
      )
      .map((one) => one.name),
  )
  const at = group.order.findLastIndex((one) => before.has(one)) + 1
  return { ...group, members, order: group.order.toSpliced(at, 0, name) }
}

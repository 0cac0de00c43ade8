// The form and the JSON editor show one value: neither loses anything of it on the way to the other.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isObject, type Json, JsonNumber, unfinished } from '../json/json.ts'
import { parseJson } from '../json/parse-json.ts'
import { printJson, printLines } from '../json/print-json.ts'
import { type Form, fromForm, type Group, toForm, withMember } from './form.ts'
import { anySample } from './random-schema.fixture.ts'
import { startingValue } from './starting-value.ts'

const shown = (value: Json | undefined) => (value === undefined ? undefined : printJson(value))

test('for any schema and value, the form gives the value back exactly', () => {
  fc.assert(
    fc.property(anySample, ({ schema, value }) => {
      expect(shown(fromForm(toForm(schema, value, schema)))).toBe(printJson(value))
    }),
    { numRuns: 500 },
  )
})

test('form to JSON to form is the same form', () => {
  fc.assert(
    fc.property(anySample, ({ schema, value }) => {
      const form = toForm(schema, value, schema)
      const text = printLines(fromForm(form) ?? null)
      expect(toForm(schema, parseJson(text), schema)).toEqual(form)
    }),
    { numRuns: 500 },
  )
})

test('an edited form gives what it shows, and the rest as it was', () => {
  fc.assert(
    fc.property(anySample, fc.nat(), ({ schema, value }, which) => {
      const form = toForm(schema, value, schema)
      if (form.kind !== 'group' || form.members.length === 0 || !isObject(value)) return
      const edited = form.members[which % form.members.length]
      if (edited === undefined) return
      const view = edited.form.view
      const put: Form = { kind: 'json', view, text: '{"put":[12345678901234567890]}' }
      const after = fromForm(withMember(form, edited.name, put))
      if (!isObject(after)) throw new Error('a group gives an object')
      expect(shown(after.get(edited.name))).toBe(put.text)
      const rest = [...value].filter(([name]) => name !== edited.name)
      expect([...after].filter(([name]) => name !== edited.name)).toEqual(rest)
      const left = fromForm(withMember(form, edited.name, { kind: 'absent', view }))
      expect(shown(left)).toBe(printJson(new Map(rest)))
    }),
  )
})

test('what a text field would change is shown as JSON', () => {
  const schema = parseJson('{"type":"object","properties":{"a":{"type":"string"}}}')
  const kindOf = (text: string) => {
    const form = toForm(schema, new Map([['a', text]]), schema)
    return form.kind === 'group' ? form.members[0]?.form.kind : undefined
  }
  expect(kindOf('two\nlines\tand a tab')).toBe('text')
  for (const text of ['a\r\nb', '\u0000', '\ud800']) expect(kindOf(text)).toBe('json')
})

test('members that the schema invites by any name stand behind the others', () => {
  const groupOf = (text: string, value: string) => {
    const form = toForm(parseJson(text), parseJson(value), true)
    if (form.kind !== 'group') throw new Error('an object is a group')
    return form
  }
  expect(groupOf('{"type":"object"}', '{}').view.open).toBe(false)
  expect(groupOf('{"type":"object","additionalProperties":false}', '{}').view.open).toBe(false)
  const dictionary = '{"type":"object","properties":{"z":{}},"additionalProperties":{"type":"integer"}}'
  const group = groupOf(dictionary, '{"b":1,"z":2}')
  expect(group.view.open).toBe(true)
  const form = toForm(group.view.others, new JsonNumber('3'), true)
  const more = { ...group, members: [...group.members, { name: 'a', form, known: false }] }
  expect(shown(fromForm(withMember(more, 'a', form)))).toBe('{"b":1,"z":2,"a":3}')
})

test('a number that is not finished stays as it was typed', () => {
  const schema = parseJson('{"type":"object","properties":{"n":{"type":"integer"}}}')
  const group = toForm(schema, new Map(), schema) as Group // an object at a schema for objects
  const typed = (text: string) => {
    const view = group.members[0]?.form.view
    if (view === undefined) throw new Error('the schema names n')
    return fromForm(withMember(group, 'n', { kind: 'number', view, text })) ?? null
  }
  expect(unfinished(typed('-'))).toEqual(['/n'])
  expect(toForm(schema, typed('-'), schema)).toMatchObject({
    members: [{ form: { kind: 'number', text: '-' } }],
  })
  expect(typed('9007199254740993')).toEqual(new Map([['n', new JsonNumber('9007199254740993')]]))
  expect(typed('')).toEqual(new Map())
})

test('a form begins with what is required and said, and ends where a schema requires itself', () => {
  const schema = parseJson(`{"type":"object","required":["id","kind","inner","again"],"properties":{
    "id":{"type":"integer","default":9007199254740993},"kind":{"const":"x"},"limit":{"type":"integer","default":5},
    "inner":{"type":"object","required":["deep"],"properties":{"deep":{"default":[1]}}},"again":{"$ref":"#/$defs/again"}},
    "$defs":{"again":{"type":"object","required":["again"],"properties":{"again":{"$ref":"#/$defs/again"}}}}}`)
  const text = printJson(startingValue(schema))
  expect(text).toMatch(/^\{"id":9007199254740993,"kind":"x","inner":\{"deep":\[1\]\},"again":\{"again":/)
  expect(printJson(startingValue(schema, true))).toContain('"limit":5')
})

test('what asks for very much is one field of JSON, and begins with little', () => {
  const names = Array.from({ length: 5_000 }, (_, at) => `p${at}`)
  const itself = parseJson(
    JSON.stringify({
      type: 'object',
      required: names,
      properties: Object.fromEntries(names.map((name) => [name, { $ref: '#' }])),
    }),
  )
  const begun = startingValue(itself)
  expect(printJson(begun).length).toBeLessThan(20_000)
  expect(toForm(itself, begun, itself).kind).toBe('json')
  const choices = parseJson(JSON.stringify({ type: 'string', enum: names }))
  expect(toForm(choices, 'p7', choices)).toMatchObject({ kind: 'text', text: 'p7' })
})

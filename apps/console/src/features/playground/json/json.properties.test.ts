// Nothing is changed between text and value: properties over random JSON, against JSON.parse.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isTooPrecise, JsonNumber, Unfinished, unfinished } from './json.ts'
import { parseJson, parseSent } from './parse-json.ts'
import { printJson, printLines } from './print-json.ts'
import { anyJson } from './random-json.fixture.ts'

test('what is printed is read back as it was, in one line and in many', () => {
  fc.assert(
    fc.property(anyJson, (json) => {
      const text = printJson(json)
      expect(printJson(parseJson(text))).toBe(text)
      expect(printJson(parseJson(printLines(json)))).toBe(text)
    }),
  )
})

test('it takes the texts that JSON.parse takes, and means the same by them', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.nat(40), fc.string({ maxLength: 2 }), (text, at, put) => {
      const broken = text.slice(0, at) + put + text.slice(at + put.length)
      for (const candidate of [text, broken]) {
        const theirs = attempt(() => JSON.parse(candidate))
        const ours = attempt(() => JSON.parse(printJson(parseSent(candidate))))
        expect(ours instanceof Error).toBe(theirs instanceof Error)
        if (!(theirs instanceof Error)) expect(ours).toEqual(theirs)
      }
    }),
  )
})

test('every number keeps its digits', () => {
  for (const digits of [
    '9007199254740993',
    '-0',
    '1.50',
    '1e400',
    '0.1e-7',
    '123456789012345678901234567890',
  ]) {
    expect(printJson(parseJson(`[${digits}]`))).toBe(`[${digits}]`)
  }
  expect(isTooPrecise(new JsonNumber('9007199254740993'))).toBe(true)
  expect(isTooPrecise(new JsonNumber('9007199254740991'))).toBe(false)
  expect(isTooPrecise(new JsonNumber('9007199254740993.5'))).toBe(false)
})

test('it says where a text stops being JSON', () => {
  const found = attempt(() => parseJson('{\n  "a": 1,\n  "b": 01\n}'))
  expect(found).toMatchObject({ line: 3, column: 9, message: 'A comma or the closing brace is missing' })
  expect(attempt(() => parseJson('{"a":1,"a":2}'))).toMatchObject({ line: 1, column: 8 })
  expect(attempt(() => parseJson('['.repeat(600)))).toMatchObject({ message: 'It is nested deeper than 500' })
})

test('it names what is unfinished by its pointer', () => {
  const json = new Map([['a/b', [1, 2].map(() => new Unfinished('-'))]])
  expect(unfinished(json)).toEqual(['/a~1b/0', '/a~1b/1'])
  expect(printJson(json)).toBe('{"a/b":[-,-]}')
})

function attempt(what: () => unknown): unknown {
  try {
    return what()
  } catch (error) {
    return error
  }
}

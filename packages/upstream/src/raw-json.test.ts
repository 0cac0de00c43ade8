import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  changeAt,
  deeperThan,
  rawElements,
  rawMember,
  rawMembers,
  setMember,
  withoutMember,
} from './raw-json.ts'

const spaced = (value: unknown, indent: number) => JSON.stringify(value, undefined, indent) ?? 'null'

test('any member and element is cut out as JSON.parse would see it', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.integer({ min: 0, max: 3 }),
      (object, indent) => {
        const text = spaced(object, indent)
        for (const [name, value] of Object.entries(object)) {
          expect(JSON.parse(rawMember(text, name) ?? '')).toEqual(JSON.parse(JSON.stringify(value)))
        }
        expect(rawMember(text, `${Object.keys(object).join('')}x`)).toBeUndefined()
        const array = spaced(Object.values(object), indent)
        expect(rawElements(array).map((element) => JSON.parse(element))).toEqual(JSON.parse(array))
      },
    ),
  )
})

test('of equal names the last one counts, as for JSON.parse', () => {
  expect(rawMember('{"a":1,"\\u0061": [2] ,"b":3}', 'a')).toBe('[2]')
})

test('a name is found however it is written, and no other one is', () => {
  const written = String.raw`{"\u0061b":1,"\n":2,"\\n":3,"a\"b":4,"\ud83d\ude00":5}`
  const names = ['ab', '\n', String.raw`\n`, 'a"b', '😀']
  expect(names.map((name) => rawMember(written, name))).toEqual(['1', '2', '3', '4', '5'])
  for (const name of ['a', 'aab', String.raw`\\n`, String.raw`\u0061b`, String.raw`a\"b`, ''])
    expect(rawMember(written, name)).toBeUndefined()
})

test('depth counts brackets outside of strings', () => {
  expect(deeperThan('{"[[[[":["]"]}', 2)).toBe(false)
  expect(deeperThan('{"a":[[1]]}', 2)).toBe(true)
})

test('a member is set or taken away, and every other one stays as it was written', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.string(),
      fc.jsonValue(),
      fc.integer({ min: 0, max: 2 }),
      (object, name, value, indent) => {
        const text = spaced(object, indent)
        const others = rawMembers(text).filter((member) => member.name !== name)
        const set = setMember(text, name, JSON.stringify(value))
        expect(JSON.parse(rawMember(set, name) ?? '')).toEqual(JSON.parse(JSON.stringify(value)))
        const without = withoutMember(set, name)
        for (const changed of [set, without]) {
          const kept = rawMembers(changed).filter((member) => member.name !== name)
          expect(kept.map((member) => [member.name, member.value])).toEqual(
            others.map((member) => [member.name, member.value]),
          )
        }
        expect(rawMember(without, name)).toBeUndefined()
      },
    ),
  )
  expect(setMember('{ }', 'a', '1')).toBe('{ "a":1}')
  expect(setMember('{"n":12345678901234567890}', 'a', '1')).toBe('{"n":12345678901234567890,"a":1}')
  expect(withoutMember('{"a":1,"a":2,"n":1.0}', 'a')).toBe('{"n":1.0}')
})

test('what a path leads to is changed, and nothing else', () => {
  const text = '{ "a":[ {"b":1.0 , "c":2}, {"c":12345678901234567890},3 ],"a\\u0062":{"x":{"c":4}} }'
  const shout = (value: string) => `<${value}>`
  expect(changeAt(text, ['a', '*', 'c'], shout)).toBe(
    '{ "a":[ {"b":1.0 , "c":<2>}, {"c":<12345678901234567890>},3 ],"a\\u0062":{"x":{"c":4}} }',
  )
  expect(changeAt(text, ['ab', '*', 'c'], shout)).toContain('"a\\u0062":{"x":{"c":<4>}}')
  expect(changeAt('{"a":1,"a":2}', ['a'], shout)).toBe('{"a":<1>,"a":<2>}')
  for (const path of [['z'], ['a', 'b'], ['a', '*', 'c', '*'], ['ab', 'x', 'c', 'd']]) {
    expect(changeAt(text, path, shout)).toBe(text)
  }
})

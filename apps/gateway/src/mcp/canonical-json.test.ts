import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.ts'

// https://www.rfc-editor.org/rfc/rfc8785#section-3.2.2 and the following
test('texts come out as the examples of RFC 8785 have them', () => {
  const text = `{
    "numbers": [333333333.3333333, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
    "literals": [null, true, false]
  }`
  expect(canonicalJson(text)).toBe(
    `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA'B\\"\\\\\\\\\\"/"}`,
  )
  expect(
    canonicalJson('{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7}'),
  ).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}')
})

test('the order of members, white space and other spellings make no difference', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 4 }), (value, space) => {
      const backwards = JSON.stringify(value, (_name, member) =>
        typeof member === 'object' && member !== null && !Array.isArray(member)
          ? Object.fromEntries(Object.entries(member).reverse())
          : member,
      )
      const pretty = JSON.stringify(value, null, space)
      expect(canonicalJson(backwards)).toBe(canonicalJson(pretty))
      expect(JSON.parse(canonicalJson(pretty))).toEqual(JSON.parse(pretty))
    }),
  )
  for (const one of ['1', '1.0', '1e0', '10E-1', '0.1e1']) expect(canonicalJson(one)).toBe('1')
  expect(canonicalJson('-0.0')).toBe(canonicalJson('0'))
})

test('two different numbers are never the same, however long', () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.bigInt(), (a, b) => {
      expect(canonicalJson(`[${a}]`) === canonicalJson(`[${b}]`)).toBe(a === b)
    }),
  )
  for (const [a, b] of [
    ['9007199254740992', '9007199254740993'],
    ['9007199254740993', '9007199254740993.5'],
    ['0.1', '0.10000000000000000001'],
    ['1e400', '1e401'],
    ['1e-400', '0'],
    ['1e400', 'null'],
    ['9007199254740993', '"9007199254740993"'],
    ['9007199254740993', '{"source":"9007199254740993"}'],
    ['1e99999999999999999999', '1e99999999999999999998'],
  ] as const)
    expect(canonicalJson(a)).not.toBe(canonicalJson(b))
})

test('members with names of the language are members like any other', () => {
  const [a, b] = ['{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}']
  expect(canonicalJson(a)).toBe(a)
  expect(canonicalJson(b)).toBe(b)
})

test('a number of a million digits holds nobody up', () => {
  const number = `1${'0'.repeat(1_000_000)}1`
  const from = performance.now()
  expect(canonicalJson(`[${number}]`)).toBe(`[${number}]`)
  expect(performance.now() - from).toBeLessThan(20_000)
})

// Random JSON for properties: odd names, numbers of any length, texts with what fields can't hold.

import fc from 'fast-check'
import { type Json, JsonNumber } from './json.ts'

const name = fc.oneof(
  fc.constantFrom('a', 'b', '__proto__', '', '10', '2', 'a/b'),
  fc.string({ maxLength: 6 }),
)
const digits = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.bigInt({ min: 0n, max: 10n ** 30n }),
    fc.constantFrom('', '.0', '.50', 'e7', '.1E-3'),
  )
  .map(([sign, whole, rest]) => new JsonNumber(`${sign}${whole}${rest}`))

export const anyNumber: fc.Arbitrary<Json> = digits
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('two\nlines', 'a\r\nb', '\ud800', '\u0000', '<b>'),
)
export const anyName = name

export const { anyJson } = fc.letrec<{ anyJson: Json }>((tie) => ({
  anyJson: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false),
    digits,
    anyText,
    fc.array(tie('anyJson'), { maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(name, tie('anyJson')), { maxLength: 4, selector: ([key]) => key })
      .map((all) => new Map(all)),
  ),
}))

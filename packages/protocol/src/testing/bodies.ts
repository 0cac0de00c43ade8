// Bodies for properties: messages that are right more often than not, with every kind of trouble in the members that are read.

import fc from 'fast-check'
import { metaClientCapabilities, metaClientInfo, metaVersion } from '../index.ts'
import { names } from './oracle.ts'

const space = fc.constantFrom('', '', '', ' ', '\n\t', '\r')
/** A string as JSON, some of its characters escaped. */
const written = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.infiniteStream(fc.nat(15))).map(([plain, dice]) => {
    const units = [...plain].map((character) =>
      dice.next().value === 0
        ? Array.from(
            { length: character.length },
            (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
          ).join('')
        : JSON.stringify(character).slice(1, -1),
    )
    return `"${units.join('')}"`
  })
const odd = fc.constantFrom(
  '__proto__',
  'arguments',
  'Method',
  'ID',
  '\u0131d',
  'param\u017f',
  'NAME',
  'URI',
  'tas\u212aId',
  '\ud800',
  'x',
  '',
)
const deep = fc.nat(66).map((depth) => '['.repeat(depth) + 1 + ']'.repeat(depth))
const any = fc.oneof(
  { weight: 9, arbitrary: fc.json({ maxDepth: 4 }) },
  deep,
  fc.constantFrom('"\\udfff"', '1e2', '-0', '1.5', 'null', '{"a":1,"a":2}'),
)
const object = (members: fc.Arbitrary<readonly [string, string]>[], known: string[]) => {
  const extra = fc.tuple(written(fc.oneof(odd, fc.constantFrom(...known))), any)
  return fc
    .tuple(
      fc.tuple(...members.map((member) => fc.option(member, { freq: 12 }))),
      fc.array(extra, { maxLength: 2 }),
      fc.nat(3),
      space,
    )
    .chain(([all, more, dice, gap]) => {
      const entries = [...all.filter((entry) => entry !== null), ...(dice === 0 ? more : [])]
      return fc
        .shuffledSubarray(entries, { minLength: entries.length })
        .map(
          (mixed) =>
            `{${gap}${mixed.map(([name, value]) => `${name}${gap}:${value}${gap}`).join(`,${gap}`)}}`,
        )
    })
}
const member = (name: string, value: fc.Arbitrary<string>) => fc.tuple(written(fc.constant(name)), value)
const text = written(fc.oneof(fc.string(), fc.string({ unit: 'binary' })))
const meta = object(
  [
    member(metaVersion, fc.oneof(fc.constant('"2026-07-28"'), text, any)),
    member(metaClientCapabilities, any),
    member(metaClientInfo, any),
    member('progressToken', any),
  ],
  names.meta,
)
const params = object(
  [
    member('name', fc.oneof(text, any)),
    member('arguments', any),
    member('uri', fc.oneof(text, any)),
    member('protocolVersion', fc.oneof(text, any)),
    member('_meta', fc.oneof({ weight: 5, arbitrary: meta }, any)),
  ],
  names.params,
)
const methods = fc.constantFrom('"tools/call"', '"tools\\/call"', '"resources/read"', '"initialize"')
const message = object(
  [
    member('jsonrpc', fc.constant('"2.0"')),
    member('id', fc.oneof(fc.constant('1'), text, any)),
    member('method', fc.oneof({ weight: 5, arbitrary: methods }, text, any)),
    member('params', fc.oneof({ weight: 9, arbitrary: params }, any)),
  ],
  names.top,
)
const batch = fc.array(message, { maxLength: 4 }).map((all) => `[${all.join(' , ')}]`)
/** A message, a batch or any JSON, as text. */
export const body = fc.oneof({ weight: 8, arbitrary: message }, batch, any)

// Random JSON Schemas, sensible and not, and values that sometimes fit them.

import fc from 'fast-check'
import type { Json } from '../json/json.ts'
import { anyJson, anyName, anyNumber, anyText } from '../json/random-json.fixture.ts'

interface Sample {
  readonly schema: Json
  /** Often one that fits. */
  readonly value: Json
}

const map = (members: Record<string, Json>): Json => new Map(Object.entries(members))
const fitting = (schema: Json, values: fc.Arbitrary<Json>): fc.Arbitrary<Sample> =>
  fc
    .oneof({ weight: 4, arbitrary: values }, { weight: 1, arbitrary: anyJson })
    .map((value) => ({ schema, value }))

const leaf: fc.Arbitrary<Sample> = fc.oneof(
  fitting(map({ type: 'string', title: 'A text' }), anyText),
  fitting(map({ type: 'integer' }), anyNumber),
  fitting(map({ type: ['number', 'null'] }), fc.oneof(anyNumber, fc.constant(null))),
  fitting(map({ type: 'boolean', default: true }), fc.boolean()),
  fitting(
    map({ anyOf: [map({ type: 'string' }), map({ type: 'null' })] }),
    fc.oneof(anyText, fc.constant(null)),
  ),
  fc
    .array(anyJson, { minLength: 1, maxLength: 3 })
    .chain((values) => fitting(map({ enum: values }), fc.constantFrom(...values))),
  fitting(map({ $ref: '#/$defs/name' }), anyText),
  fitting(map({ $ref: '#' }), anyJson),
  fc.tuple(anyJson, anyJson).map(([schema, value]) => ({ schema, value })),
)

const { sample } = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc.array(tie('sample'), { maxLength: 3 }).map((all) => ({
      schema: map({ type: 'array', items: all[0]?.schema ?? true }),
      value: all.map(({ value }) => value),
    })),
    members(tie('sample')),
  ),
}))

/** A group: some of its members left out, in any order, and others that the schema doesn't name. */
function members(of: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  const one = fc.tuple(anyName, of, fc.constantFrom('named', 'left out', 'other'))
  const several = fc.uniqueArray(one, { maxLength: 5, selector: ([name]) => name })
  return fc.tuple(several, fc.nat(4), fc.boolean()).map(([all, turn, closed]) => {
    const named = all.filter(([, , how]) => how !== 'other')
    const given = all.filter(([, , how]) => how !== 'left out')
    const value = [...given.slice(turn), ...given.slice(0, turn)]
    return {
      schema: map({
        type: 'object',
        properties: new Map(named.map(([name, { schema }]) => [name, schema])),
        required: named.map(([name]) => name),
        ...(closed && { additionalProperties: false }),
      }),
      value: new Map(value.map(([name, inner]) => [name, inner.value])),
    }
  })
}

/** A schema for arguments, with a definition to refer to. */
export const anySample: fc.Arbitrary<Sample> = members(sample).map(({ schema, value }) => ({
  schema: new Map([
    ...(schema as ReadonlyMap<string, Json>),
    ['$defs', map({ name: map({ type: 'string' }) })],
  ]), // `members` makes maps
  value,
}))

// What does not fit a schema. It runs in a worker (worker.ts), because a stranger's schema may keep it busy for ever; the validator
// interprets schemas, so that the policy holds. https://json-schema.org/draft/2020-12

import { type Schema, Validator } from '@cfworker/json-schema'
import { pointer } from '../json/json.ts'

export interface Problem {
  /** JSON Pointer. */
  readonly at: string
  readonly what: string
}

export interface Judged {
  readonly problems: readonly Problem[]
  /** Why it could not be told; the schema is a stranger's. */
  readonly unsure?: string
}

/** Says only that something below it did not fit. */
const summaries = new Set([
  '$ref',
  'properties',
  'items',
  'prefixItems',
  'additionalProperties',
  'allOf',
  'if',
  '$recursiveRef',
  'unevaluatedItems',
  'unevaluatedProperties',
  'dependentSchemas',
  'patternProperties',
])

const maxProblems = 200
/** A message may repeat what all of the schema allows. */
const maxChars = 500

/** @param schema JSON text, as `value` is */
export function judge(schema: string, value: string): Judged {
  try {
    // The validator checks what it is given itself; ours may be anything.
    const plain = JSON.parse(schema) as Schema | boolean
    const { errors } = new Validator(plain as Schema, draftOf(plain), false).validate(JSON.parse(value))
    const precise = errors.filter(({ keyword }) => !summaries.has(keyword))
    const problems = (precise.length > 0 ? precise : errors).map(({ instanceLocation, keyword, error }) =>
      keyword === 'required'
        ? missing(instanceLocation, error)
        : { at: pointerOf(instanceLocation), what: keyword === 'false' ? 'This may not be here' : error },
    )
    return { problems: distinct(problems).slice(0, maxProblems) }
  } catch (thrown) {
    const why = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown)
    return { problems: [], unsure: why }
  }
}

function draftOf(schema: Schema | boolean) {
  const named = typeof schema === 'object' ? String(schema?.$schema ?? '') : ''
  if (/draft-0[67]/.test(named)) return '7'
  if (/draft-04/.test(named)) return '4'
  return named.includes('2019-09') ? '2019-09' : '2020-12'
}

/** On the member that is missing, where a field can show it. */
function missing(location: string, error: string): Problem {
  const name = /required property "(.*)"\.$/s.exec(error)?.[1]
  const at = pointerOf(location)
  return name === undefined ? { at, what: error } : { at: pointer(at, name), what: 'This is required' }
}

/** `#/a/b` as the validator says it, whose names are encoded for an address. */
const pointerOf = (location: string) => decodeURIComponent(location.slice(1))

function distinct(problems: readonly Problem[]): Problem[] {
  const told = problems.map(({ at, what }) => ({ at, what: what.slice(0, maxChars) }))
  const seen = new Map(told.map((one) => [`${one.at} ${one.what}`, one]))
  return [...seen.values()]
}

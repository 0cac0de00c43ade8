// Whether a value fits its schema, before anything is sent. The validator interprets schemas, so that the page's policy holds; it is
// loaded when it is needed. https://json-schema.org/draft/2020-12

import { type Json, pointer, toPlain, unfinished } from './json/json.ts'

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

export async function validate(schema: Json, value: Json): Promise<Judged> {
  const open = unfinished(value).map((at) => ({ at, what: 'This is no value yet' }))
  if (open.length > 0) return { problems: open }
  const { Validator } = await import('@cfworker/json-schema')
  try {
    // The validator checks what it is given itself; ours may be anything.
    const plain = toPlain(schema) as ConstructorParameters<typeof Validator>[0]
    const draft = draftOf(schema)
    const { errors } = new Validator(plain, draft, false).validate(toPlain(value))
    const precise = errors.filter(({ keyword }) => !summaries.has(keyword))
    const problems = (precise.length > 0 ? precise : errors).map(({ instanceLocation, keyword, error }) =>
      keyword === 'required'
        ? missing(instanceLocation, error)
        : { at: pointerOf(instanceLocation), what: keyword === 'false' ? 'This may not be here' : error },
    )
    return { problems: distinct(problems) }
  } catch (thrown) {
    const why = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown)
    return { problems: [], unsure: why }
  }
}

function draftOf(schema: Json) {
  const named = schema instanceof Map ? String(schema.get('$schema') ?? '') : ''
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
  const seen = new Map(problems.map((one) => [`${one.at} ${one.what}`, one]))
  return [...seen.values()]
}

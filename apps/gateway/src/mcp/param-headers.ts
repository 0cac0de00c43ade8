// Mcp-Param-* headers: which arguments of a tool its inputSchema asks to repeat in headers (`x-mcp-header`), made for a request that
// we build and compared where we answer as the server.
// https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#custom-headers-from-tool-parameters

import { AppError } from '@gatehouse/errors'
import { decodeHeaderText, encodeHeaderText, type HeaderMap, trimHeader } from '@gatehouse/protocol'

/** One argument that a header repeats. */
interface Annotation {
  /** What follows `Mcp-Param-`. */
  readonly name: string
  /** Names of properties, from the arguments inwards. */
  readonly path: readonly string[]
}

const keyword = 'x-mcp-header'
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const mirrored: readonly unknown[] = ['string', 'integer', 'boolean']

/** Keywords with one schema or several, and those that name their schemas. Below them an annotation may not stand. */
const holders = [
  ...['items', 'prefixItems', 'additionalItems', 'unevaluatedItems', 'contains', 'additionalProperties'],
  ...['unevaluatedProperties', 'propertyNames', 'contentSchema', 'oneOf', 'anyOf', 'allOf', 'not', 'if'],
  ...['then', 'else'],
]
const namedHolders = ['patternProperties', 'dependentSchemas', 'dependencies', '$defs', 'definitions']

/**
 * The headers that go with these arguments; none where an annotation is invalid.
 * @param inputSchemaText the tool's, as JSON
 * @param argumentsText the call's, as JSON
 */
export function paramHeaders(
  inputSchemaText: string,
  argumentsText: string | undefined,
): readonly (readonly [string, string])[] {
  const headers: [string, string][] = []
  for (const { name, value } of repeated(inputSchemaText, argumentsText)) {
    const text = headerText(value)
    if (text !== undefined) headers.push([`Mcp-Param-${name}`, encodeHeaderText(text)])
  }
  return headers
}

/** A tool with such a schema may not be offered: the page asks clients to leave it out. */
export const hasInvalidAnnotations = (inputSchemaText: string): boolean =>
  annotationsOf(inputSchemaText) === undefined

/** Lower-case names of the headers that this schema gives a meaning to. */
export const paramHeaderNames = (inputSchemaText: string): readonly string[] =>
  (annotationsOf(inputSchemaText) ?? []).map(({ name }) => `mcp-param-${name.toLowerCase()}`)

/** What the headers say of the arguments must be what the body says. @throws AppError header_mismatch */
export function compareParamHeaders(
  inputSchemaText: string,
  argumentsText: string | undefined,
  headers: HeaderMap,
): void {
  for (const { name, value } of repeated(inputSchemaText, argumentsText)) {
    const expected = headerText(value)
    if (expected === undefined && value != null) continue // nothing that a header could carry: the server's to refuse
    const given = headers[`mcp-param-${name.toLowerCase()}`]
    if (given === undefined && expected === undefined) continue
    if (typeof given !== 'string') throw mismatch(name, 'is missing')
    const decoded = decodeGiven(given)
    if (decoded === undefined) throw mismatch(name, 'holds invalid characters or base64')
    if (!isSame(decoded, value, expected)) throw mismatch(name, `is not what params.arguments say`)
  }
}

const mismatch = (name: string, what: string) =>
  new AppError('header_mismatch', { what: `the header Mcp-Param-${name} ${what}` })

const decodeGiven = (given: string) =>
  /^[\t\x20-\x7e]*$/.test(given) ? decodeHeaderText(trimHeader(given)) : undefined

/** Numbers are compared as such: 42.0 is 42. */
const isSame = (decoded: string, value: unknown, expected: string | undefined) =>
  decoded === expected ||
  (typeof value === 'number' && /^-?\d+(\.\d+)?$/.test(decoded) && Number(decoded) === value)

/** Undefined for what no header repeats: nothing, null, objects, integers that not every client can hold. */
function headerText(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value)
}

/** What the arguments hold for each annotation. They are parsed once, where there is one. */
function repeated(inputSchemaText: string, argumentsText = 'null') {
  const annotations = annotationsOf(inputSchemaText) ?? []
  if (annotations.length === 0) return []
  const given: unknown = JSON.parse(argumentsText)
  return annotations.map(({ name, path }) => ({ name, value: valueAt(given, path) }))
}

function valueAt(given: unknown, path: readonly string[]): unknown {
  let value = given
  for (const name of path) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return value
}

type JsonObject = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Undefined where one of them is invalid. */
function annotationsOf(inputSchemaText: string): readonly Annotation[] | undefined {
  // The keyword may be spelt with escapes.
  if (!inputSchemaText.includes(keyword) && !inputSchemaText.includes('\\u')) return []
  const found: Annotation[] = []
  if (!collect(JSON.parse(inputSchemaText), [], found)) return undefined
  const names = new Set(found.map(({ name }) => name.toLowerCase()))
  return names.size === found.length ? found : undefined
}

/** False where an annotation is invalid. @param path undefined below anything but `properties` */
function collect(schema: unknown, path: readonly string[] | undefined, found: Annotation[]): boolean {
  if (!isObject(schema)) return true
  if (Object.hasOwn(schema, keyword)) {
    const name = schema[keyword]
    if (path === undefined || path.length === 0) return false
    if (typeof name !== 'string' || !token.test(name) || !mirrored.includes(schema.type)) return false
    found.push({ name, path })
  }
  return (
    named(schema, 'properties').every(([name, below]) => collect(below, path && [...path, name], found)) &&
    namedHolders.every((key) => named(schema, key).every(([, below]) => collect(below, undefined, found))) &&
    holders.every((key) => several(schema, key).every((below) => collect(below, undefined, found)))
  )
}

function named(schema: JsonObject, key: string): [string, unknown][] {
  const value = Object.hasOwn(schema, key) ? schema[key] : undefined
  return isObject(value) ? Object.entries(value) : []
}

const several = (schema: JsonObject, key: string): unknown[] =>
  Object.hasOwn(schema, key) ? [schema[key]].flat() : []

import { describe, expect, test } from 'vitest'
import {
  compareParamHeaders,
  hasInvalidAnnotations,
  paramHeaderNames,
  paramHeaders,
} from './param-headers.ts'

const schema = (properties: unknown, more = {}) => JSON.stringify({ type: 'object', properties, ...more })
const annotated = (name: unknown, type: unknown = 'string') => ({ type, 'x-mcp-header': name })

/** Every kind, two of them nested. */
const kinds = schema({
  region: annotated('Region'),
  count: annotated('Count', 'integer'),
  loud: annotated('Loud', 'boolean'),
  inner: { type: 'object', properties: { constructor: annotated('Deep') } },
  plain: { type: 'string' },
})

describe('headers made from arguments', () => {
  test('repeat strings, integers and booleans at any depth of properties, under the name as it is written', () => {
    const args =
      '{"region":"us west","count":-7,"loud":false,"plain":"x","inner":{"constructor":"d"},"other":{"region":"no"}}'
    expect(paramHeaders(kinds, args)).toEqual([
      ['Mcp-Param-Region', 'us west'],
      ['Mcp-Param-Count', '-7'],
      ['Mcp-Param-Loud', 'false'],
      ['Mcp-Param-Deep', 'd'],
    ])
  })

  test.each([
    ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
    ['\tindented', `=?base64?${Buffer.from('\tindented').toString('base64')}?=`],
    ['us-west1', 'us-west1'],
  ])('encode %j as the page shows', (value, header) => {
    expect(paramHeaders(kinds, JSON.stringify({ region: value }))).toEqual([['Mcp-Param-Region', header]])
  })

  test.each(['{"region":null}', '{}', undefined, '{"region":{"a":1}}', '{"count":12345678901234567890}'])(
    'are left out for %s',
    (args) => {
      expect(paramHeaders(kinds, args)).toEqual([])
    },
  )

  test('read the member that a parser would keep', () => {
    expect(paramHeaders(kinds, '{"region":"a","region":"b"}')).toEqual([['Mcp-Param-Region', 'b']])
    expect(paramHeaders(kinds, '{"inner":{}}')).toEqual([]) // nothing inherited
    expect(paramHeaders(kinds, '{"count":4.2e1}')).toEqual([['Mcp-Param-Count', '42']])
  })

  test('are made of what an object has itself, at one reading of the arguments', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 30_000 }, (_, i) => [`p${i}`, annotated(`P${i}`)]),
    )
    const args = `{"other":"${'x'.repeat(2_000_000)}","p7":"yes"}`
    const from = performance.now()
    expect(paramHeaders(schema(properties), args)).toEqual([['Mcp-Param-P7', 'yes']])
    expect(performance.now() - from).toBeLessThan(20_000)
    for (const inner of ['["a"]', '"text"', '7', 'null']) {
      const below = { 0: annotated('First'), length: annotated('Length', 'integer') }
      const text = schema({ inner: { type: 'object', properties: below } })
      expect(paramHeaders(text, `{"inner":${inner}}`)).toEqual([])
    }
  })

  test('see a keyword that is spelt with escapes', () => {
    const text = '{"properties":{"a":{"type":"string","x\\u002dmcp-header":"A"}}}'
    expect(paramHeaders(text, '{"a":"1"}')).toEqual([['Mcp-Param-A', '1']])
    expect(paramHeaderNames(text)).toEqual(['mcp-param-a'])
  })
})

describe('annotations', () => {
  test.each([
    ['an empty name', schema({ a: annotated('') })],
    ['no string', schema({ a: annotated(1) })],
    ['a space', schema({ a: annotated('My Region') })],
    ['a colon', schema({ a: annotated('Region:Primary') })],
    ['beyond ASCII', schema({ a: annotated('Région') })],
    ['a control character', schema({ a: annotated('Region\t1') })],
    ['a line end', schema({ a: annotated('Region\n') })],
    ['the type number', schema({ a: annotated('A', 'number') })],
    ['the type object', schema({ a: annotated('A', 'object') })],
    ['the type array', schema({ a: annotated('A', 'array') })],
    ['the type null', schema({ a: annotated('A', 'null') })],
    ['two types', schema({ a: annotated('A', ['string', 'null']) })],
    ['no type', schema({ a: { 'x-mcp-header': 'A' } })],
    ['the same name twice', schema({ a: annotated('A'), b: annotated('A') })],
    ['the same name in another case', schema({ a: annotated('Region'), b: annotated('REGION') })],
    ['at the root', schema({}, { 'x-mcp-header': 'A' })],
    ['in items', schema({ a: { type: 'array', items: annotated('A') } })],
    ['in anyOf', schema({ a: { anyOf: [annotated('A'), { type: 'null' }] } })],
    ['in properties below oneOf', schema({}, { oneOf: [{ properties: { a: annotated('A') } }] })],
    ['in else', schema({}, { else: { properties: { a: annotated('A') } } })],
    ['in $defs', schema({}, { $defs: { a: annotated('A') } })],
    ['in additionalProperties', schema({ a: { additionalProperties: annotated('A') } })],
  ])('are invalid with %s', (_case, text) => {
    expect(hasInvalidAnnotations(text)).toBe(true)
    expect(paramHeaders(text, '{"a":"1","b":"2"}')).toEqual([])
  })

  test.each([
    ['none', schema({ a: { type: 'string' } })],
    ['every kind', kinds],
    ['a name of a standard header', schema({ a: annotated('Method') })],
    ['a property that has the name of the keyword', schema({ 'x-mcp-header': { type: 'number' } })],
    ['the keyword in a default', schema({ a: { type: 'object', default: { 'x-mcp-header': '' } } })],
    ['true as a schema', schema({ a: true, b: annotated('B') })],
  ])('are valid with %s', (_case, text) => {
    expect(hasInvalidAnnotations(text)).toBe(false)
  })
})

describe('headers compared with arguments', () => {
  test.each([
    ['{"region":"eu"}', { 'mcp-param-region': 'eu' }],
    ['{"region":"eu"}', { 'mcp-param-region': '=?base64?ZXU=?=', 'mcp-param-unknown': 'x' }],
    ['{"region":""}', { 'mcp-param-region': '' }],
    ['{"count":42}', { 'mcp-param-count': '42.0' }],
    ['{"loud":true}', { 'mcp-param-loud': 'true' }],
    ['{"region":null}', {}],
    ['{"region":[1]}', {}],
    [undefined, {}],
  ])('agree for %s', (args, headers) => {
    compareParamHeaders(kinds, args, headers)
  })

  test.each([
    ['{"region":"eu"}', {}],
    ['{"region":"eu"}', { 'mcp-param-region': 'us' }],
    ['{"region":"eu"}', { 'mcp-param-region': '=?base64?ZXU?=' }],
    ['{"region":"é"}', { 'mcp-param-region': 'é' }],
    ['{"count":42}', { 'mcp-param-count': '0x2a' }],
    ['{"loud":true}', { 'mcp-param-loud': 'True' }],
    ['{}', { 'mcp-param-region': 'eu' }],
    ['{"region":null}', { 'mcp-param-region': 'null' }],
  ])('disagree for %s', (args, headers) => {
    expect(() => compareParamHeaders(kinds, args, headers)).toThrow(
      expect.objectContaining({ code: 'header_mismatch' }),
    )
  })
})

import { exposedUri, ownUri } from '@gatehouse/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exposeApp, exposeMessage } from './expose.ts'

const answer = (result: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 1, result })
const mapped = (method: string, result: unknown) =>
  (JSON.parse(exposeMessage('one', method, answer(result))) as { result: unknown }).result

describe('every place of a URI', () => {
  test.each([
    ['tools/call', { content: [{ type: 'resource_link', uri: 'a://b', name: 'n' }] }],
    ['tools/call', { content: [{ type: 'resource', resource: { uri: 'a://b', text: 'a://b' } }] }],
    ['tools/call', { content: [], _meta: { ui: { resourceUri: 'ui://x/y' } } }],
    ['tools/call', { content: [], _meta: { 'ui/resourceUri': 'ui://x/y' } }],
    [
      'prompts/get',
      { messages: [{ role: 'user', content: { type: 'resource', resource: { uri: 'a://b' } } }] },
    ],
    [
      'resources/read',
      {
        contents: [
          { uri: 'a://b', text: 'x' },
          { uri: 'ui://x/y', blob: '' },
        ],
      },
    ],
    [
      'tools/call',
      {
        resultType: 'input_required',
        inputRequests: {
          q: {
            method: 'sampling/createMessage',
            params: {
              messages: [
                {
                  role: 'user',
                  content: [{ type: 'tool_result', content: [{ type: 'resource_link', uri: 'a://b' }] }],
                },
              ],
            },
          },
        },
      },
    ],
  ])('in the result of %s is written as ours: %j', (method, result) => {
    const expected = JSON.parse(
      JSON.stringify(result, (key, value) =>
        /uri$/i.test(key) && typeof value === 'string' ? exposedUri('one', value) : value,
      ),
    )
    expect(mapped(method, result)).toEqual(expected)
  })

  test('of a notification and of an error is written as ours', () => {
    const update = '{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a://b"}}'
    expect(exposeMessage('one', 'notifications/resources/updated', update)).toBe(
      update.replace('a://b', 'one+a://b'),
    )
    const error = '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"m","data":{"uri":"a://b"}}}'
    expect(exposeMessage('one', 'resources/read', error)).toBe(error.replace('a://b', 'one+a://b'))
    expect(exposeMessage('one', 'tools/call', error)).toBe(error)
  })

  test('in the entry of a tool is written as ours, however it is spelt', () => {
    const entry = '{"name":"t","_meta":{"ui":{"resource\\u0055ri":"ui:\\/\\/x"}},"n":1.0}'
    expect(exposeApp('one', entry)).toBe(
      '{"name":"t","_meta":{"ui":{"resource\\u0055ri":"ui://one/x"}},"n":1.0}',
    )
  })
})

test.each([
  ['tools/call', { structuredContent: { uri: 'a://b', content: [{ type: 'resource_link', uri: 'c' }] } }],
  ['tools/call', { content: [{ type: 'text', text: 'uri', uri: 'a://b' }, null, 'uri', { type: 5 }] }],
  ['tools/call', { content: 'uri', messages: 7, contents: [{ uri: 7 }], _meta: { uri: 'a' } }],
  ['completion/complete', { completion: { values: ['uri'] } }],
])('what is no place of a URI stays, in the result of %s: %j', (method, result) => {
  expect(exposeMessage('one', method, answer(result))).toBe(answer(result))
})

test('results of tools one within the other, as no server may write them, stay from the second on', () => {
  const nested = (depth: number, inner: string) =>
    `${'{"type":"tool_result","content":['.repeat(depth)}${inner}${']}'.repeat(depth)}`
  const link = (uri: string) => `{"type":"resource_link","uri":"${uri}"}`
  const text = (uri: string, other: string) =>
    `{"result":{"content":[${nested(1, link(uri))},${nested(100_000, link(other))}]}}`
  expect(exposeMessage('one', 'tools/call', text('a://b', 'c://d'))).toBe(text('one+a://b', 'c://d'))
})

test('every other byte stays, big numbers and odd spacing too', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.webUrl(), fc.integer({ min: 0, max: 3 }), (value, uri, indent) => {
      const text = JSON.stringify(
        { result: { other: value, content: [{ more: value, type: 'resource_link', uri, last: value }] } },
        undefined,
        indent,
      ).replace('"result"', '"n": 12345678901234567890, "result"')
      const changed = exposeMessage('one', 'tools/call', text)
      const at = changed.indexOf(JSON.stringify(`one+${uri}`))
      expect(at).toBeGreaterThan(0)
      expect(ownUri(`one+${uri}`)).toEqual({ slug: 'one', uri })
      expect(JSON.parse(changed)).toEqual(
        JSON.parse(text.replace(/("type": ?"resource_link",\s*"uri": ?)"/, '$1"one+')),
      )
      expect(changed.length).toBe(text.length + 'one+'.length)
    }),
  )
})

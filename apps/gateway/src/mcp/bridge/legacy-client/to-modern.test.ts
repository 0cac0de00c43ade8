// Whatever a legacy client writes crosses as it was written: only the metadata that the modern era asks for is added.

import { rawMember, withoutMember } from '@gatehouse/upstream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { handshake } from './greet.ts'
import { toLegacyResult } from './to-legacy.ts'
import { toModern, withInput } from './to-modern.ts'

const client = {
  token: undefined,
  capabilities: { elicitation: {} },
  clientInfo: { name: 'c', version: '1' },
}
const number = fc.oneof(
  fc.bigInt().map(String),
  fc.tuple(fc.bigInt(), fc.nat()).map(([whole, part]) => `${whole}.${part}0`),
)
/** JSON texts with numbers that no double holds. */
const json = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    number,
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    fc.constantFrom('true', 'false', 'null', '"\\u00e4\\/"', ' [ ] '),
    fc.array(tie('value'), { maxLength: 4 }).map((all) => `[${all.join(' , ')}]`),
    tie('object'),
  ),
  object: fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }).map(
    (all) =>
      `{ ${Object.entries(all)
        .map(([key, value]) => `${JSON.stringify(key)} : ${value}`)
        .join(',')} }`,
  ),
}))

const added = [
  'io.modelcontextprotocol/protocolVersion',
  'io.modelcontextprotocol/clientCapabilities',
  'io.modelcontextprotocol/clientInfo',
  'io.modelcontextprotocol/logLevel',
]

test('arguments of any kind arrive byte by byte, in every round', () => {
  fc.assert(
    fc.property(json.object, json.value, json.object, (args, state, responses) => {
      const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":${args},"_meta":{"progressToken":${JSON.stringify(args)}}}}`
      const first = toModern(body, client, 'info')
      const again = withInput(first, 'b', responses, state)
      for (const text of [first, again]) {
        const params = rawMember(text, 'params') ?? ''
        expect(rawMember(params, 'arguments')).toBe(args)
        const meta = rawMember(params, '_meta') ?? ''
        const left = added.reduce((rest, name) => withoutMember(rest, name), meta)
        expect(left).toBe(`{"progressToken":${JSON.stringify(args)}}`)
        JSON.parse(text)
      }
      const params = rawMember(again, 'params') ?? ''
      expect(rawMember(params, 'requestState')).toBe(state.trim())
      expect(rawMember(params, 'inputResponses')).toBe(responses)
    }),
  )
})

test('a result comes back byte by byte, but for what the older revisions lack', () => {
  fc.assert(
    fc.property(json.value, json.object, (value, structured) => {
      const result = `{"resultType":"complete","content":[],"x":${value},"structuredContent":${structured}}`
      const legacy = toLegacyResult('tools/call', result)
      expect(rawMember(legacy, 'x')).toBe(value.trim())
      expect(rawMember(legacy, 'structuredContent')).toBe(structured)
      expect(rawMember(legacy, 'resultType')).toBeUndefined()
    }),
  )
})

test('a handshake offers what can cross, and no tasks', () => {
  const said = `{"capabilities":{"tools":{"listChanged":true},"extensions":{"io.modelcontextprotocol/tasks":{},"com.example/x":{"n":1.0}}},"instructions":"Do","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}}`
  expect(handshake(said, '2025-06-18', 'slug')).toBe(
    '{"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":true},"extensions":{"com.example/x":{"n":1.0}}},' +
      '"serverInfo":{"name":"s","version":"1"},"instructions":"Do"}',
  )
  const only = '{"capabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}}'
  expect(handshake(only, '2025-06-18', 'slug')).toBe(
    '{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"slug","version":"unknown"}}',
  )
})

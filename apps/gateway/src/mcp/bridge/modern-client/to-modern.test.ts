import { rawMember } from '@gatehouse/upstream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { modernAnswer } from './to-modern.ts'

const added = ['resultType', '_meta', 'ttlMs', 'cacheScope', '__proto__']
const members = fc.uniqueArray(
  fc.tuple(
    fc.string().filter((name) => !added.includes(name)),
    fc.json({ maxDepth: 4 }),
  ),
  { selector: ([name]) => name, maxLength: 6 },
)

test('a result keeps what it holds as it was written, whatever that is', () => {
  fc.assert(
    fc.property(members, fc.json(), (some, id) => {
      const inside = some.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')
      const { text } = modernAnswer(
        `{"id":1,"result":{${inside}},"jsonrpc":"2.0"}`,
        { method: 'tools/call', idRaw: id },
        { name: 's' },
      )
      const comma = inside === '' ? '' : ','
      expect(text).toBe(
        `{"jsonrpc":"2.0","id":${id},"result":{${inside}${comma}"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"}}}}`,
      )
    }),
  )
})

test.each([
  ['0', '0'],
  ['60000', '60000'],
  ['-1', '0'],
  ['"1"', '0'],
  ['1.5', '0'],
])('a hint of %s ms becomes %s', (given, told) => {
  const { text } = modernAnswer(
    `{"id":1,"result":{"ttlMs":${given}}}`,
    { method: 'tools/list', idRaw: '1' },
    undefined,
  )
  expect(rawMember(rawMember(text, 'result') ?? '', 'ttlMs')).toBe(told)
})

test('codes that the modern revision keeps to itself do not come from an older server', () => {
  const codeOf = (code: number) => {
    const { text } = modernAnswer(
      `{"id":1,"error":{"code":${code}}}`,
      { method: 'x/y', idRaw: '1' },
      undefined,
    )
    return Number(rawMember(rawMember(text, 'error') ?? '', 'code'))
  }
  expect([-32000, -32019, -32020, -32050, -32099, -32100, -1, 1010].map(codeOf)).toEqual([
    -32000, -32019, -32603, -32603, -32603, -32100, -1, 1010,
  ])
})

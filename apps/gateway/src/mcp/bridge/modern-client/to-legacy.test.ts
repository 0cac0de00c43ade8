// Whatever JSON a request holds, only what the era asks for is changed.

import { readEnvelope } from '@gatehouse/protocol'
import { rawMember } from '@gatehouse/upstream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyOf } from './modern-client.fixture.ts'
import { legacyRequest, readRequest } from './to-legacy.ts'

const value = fc.json({ maxDepth: 4 })
const name = fc
  .string()
  .filter((text) => !['_meta', 'inputResponses', 'requestState', '__proto__'].includes(text))
const members = fc.uniqueArray(fc.tuple(name, value), {
  selector: ([key]) => key.toLowerCase(),
  maxLength: 5,
})
const metaName = fc
  .string()
  .filter(
    (text) =>
      text !== '__proto__' && !text.startsWith('io.modelcontextprotocol/') && text !== 'progressToken',
  )
const metaMembers = fc.uniqueArray(fc.tuple(metaName, value), {
  selector: ([key]) => key.toLowerCase(),
  maxLength: 3,
})
const written = (some: readonly (readonly [string, string])[]) =>
  some.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')
const known = ['name', 'uri', 'taskId', 'protocolVersion']

test('params and _meta cross as they were written', () => {
  fc.assert(
    fc.property(members, metaMembers, fc.boolean(), (params, meta, progress) => {
      const free = params.filter(([key]) => !known.includes(key.toLowerCase()))
      const own = [
        ...meta.map(([key, text]) => [key, text] as const),
        ...(progress ? [['progressToken', '7'] as const] : []),
      ]
      const body = Buffer.from(
        bodyOf({
          method: 'tools/call',
          params: written(free),
          ...(own.length > 0 && { meta: written(own) }),
        }),
      )
      const request = readRequest({ body, envelope: readEnvelope(body), era: 'modern' })
      const text = legacyRequest(request, 'id-1')
      const sent = rawMember(text, 'params') ?? ''
      const expectedMeta = written(own.map(([key, at]) => [key, key === 'progressToken' ? '"id-1"' : at]))
      const all = [
        ...(expectedMeta === '' ? [] : [`"_meta":{${expectedMeta}}`]),
        ...(free.length > 0 ? [written(free)] : []),
      ]
      expect(sent).toBe(`{${all.join(',')}}`)
      expect(rawMember(text, 'id')).toBe('"id-1"')
    }),
  )
})

test('as many members of _meta as a body holds are taken away in one go', () => {
  const ours = Array.from({ length: 30_000 }, (_, i) => `"io.modelcontextprotocol/${i}":${i}`)
  const body = Buffer.from(bodyOf({ method: 'tools/call', meta: `"a": 1.0,${ours.join(',')},"b":2` }))
  const from = performance.now()
  const request = readRequest({ body, envelope: readEnvelope(body), era: 'modern' })
  expect(legacyRequest(request, 'id-1')).toContain('"params":{"_meta":{"a":1.0,"b":2}}')
  expect(performance.now() - from).toBeLessThan(20_000)
})

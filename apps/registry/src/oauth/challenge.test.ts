// What a server says to somebody who shows nothing, on a real socket.

import { createEgress } from '@gatehouse/egress'
import { type RecordingUpstream, type Script, scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { askForChallenge, readBearer } from './challenge.ts'

const egress = createEgress({ allow: ['127.0.0.0/8'] })
const challenge = 'Bearer realm="a, \\"b\\"", resource_metadata="https://mcp.test/meta", scope="read write"'
const asks = scripts.status(401, { 'www-authenticate': challenge })
const read = {
  isAsked: true,
  resourceMetadataUrl: 'https://mcp.test/meta',
  scopes: ['read', 'write'],
}
let server: RecordingUpstream

beforeEach(async () => {
  server = await startRecordingUpstream(asks)
})
afterEach(() => server.close())

const methods = () => server.requests.map((request) => (request.json() as { method: string }).method)

test('a server that asks everybody is asked once', async () => {
  expect(await askForChallenge({ egress }, server.url)).toEqual(read)
  expect(methods()).toEqual(['initialize'])
})

test('a server whose handshake is open to everybody is asked for what is not', async () => {
  const open: Script = (request, response) =>
    (JSON.stringify(request.json()).includes('initialize') ? scripts.json({}) : asks)(request, response)
  server.answer(open)
  expect(await askForChallenge({ egress }, server.url)).toEqual(read)
  expect(methods()).toEqual(['initialize', 'tools/list'])
})

test('a server that is open asks for nothing', async () => {
  server.answer(scripts.json({}))
  expect(await askForChallenge({ egress }, server.url)).toEqual({
    isAsked: false,
    resourceMetadataUrl: undefined,
    scopes: [],
  })
})

test('a challenge of one endless word is read in no time', () => {
  const from = performance.now()
  expect(readBearer(`Bearer a=1, ${'a'.repeat(120_000)}"`)).toEqual({ a: '1' })
  expect(performance.now() - from).toBeLessThan(20_000)
})

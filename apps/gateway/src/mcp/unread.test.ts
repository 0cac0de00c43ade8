// Clients that ask and do not read: their answers are let go of, by whatever way they came.

import { scripts, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startGateway, type TestGateway } from '../testing/gateway.ts'
import { openRaw } from '../testing/raw.ts'
import { modernScript, respond } from './bridge/legacy-client/raw-client.fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ GATEHOUSE_READER_TIMEOUT_MS: '200' })
})
afterAll(() => gateway.close())

const long = `"${'x'.repeat(12_000_000)}"`
const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
const hello =
  '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}'
const listed = scripts.json(`{"jsonrpc":"2.0","id":1,"result":{"tools":[],"x":${long}}}`)
const greeted = scripts.json(`{"jsonrpc":"2.0","id":1,"result":{"x":${long}}}`)
const bridged = modernScript((message, _request, response) =>
  respond(response, message, `{"resultType":"complete","tools":[],"x":${long}}`),
)

test.each([
  ['the bytes of a server', listed, list, { era: 'legacy' as const }],
  ['a filtered list', listed, list, { era: 'legacy' as const, disabledTools: ['a'] }],
  ['a handshake that was looked at', greeted, hello, {}],
  ['an answer over a bridge', bridged, list, { era: 'modern' as const }],
])('%s', async (what, script, body, more) => {
  const upstream = await startRecordingUpstream(script)
  onTestFinished(() => upstream.close())
  const slug = what.replaceAll(' ', '-')
  gateway.registry.addServer({ slug, url: upstream.url, ...more })
  const { socket, write, received } = await openRaw(gateway.url)
  onTestFinished(() => void socket.destroy())
  socket.pause()
  const own = `X-Api-Key: ${gateway.registry.addKey().key}\r\nContent-Length: ${body.length}`
  write(
    `POST /mcp/${slug} HTTP/1.1\r\nHost: ${new URL(gateway.url).host}\r\nContent-Type: application/json\r\n${own}\r\n\r\n${body}`,
  )
  await waitFor(() => {
    write(' ') // fails once the other side has closed
    return socket.destroyed
  })
  expect(received().length).toBeLessThan(long.length)
})

// How often a server is asked what it is when it refuses our revision.

import { scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { expect, onTestFinished, test } from 'vitest'
import { startGateway } from '../../../testing/gateway.ts'
import { modernScript, type Sent } from './raw-client.fixture.ts'

const refusal = (supported: readonly string[]) => ({
  code: -32022,
  message: 'Unsupported protocol version',
  data: { supported },
})

/** The status of a legacy handshake at a server that refuses this many discoveries, naming these revisions. */
async function greet(refusals: number, supported: readonly string[]) {
  let left = refusals
  let discoveries = 0
  const answer = modernScript(() => undefined)
  const upstream = await startRecordingUpstream((request, response) => {
    const { id, method } = request.json() as Sent
    const modern = request.header('mcp-protocol-version')[0] === '2026-07-28'
    if (modern && method === 'server/discover') discoveries += 1
    if (!modern || method !== 'server/discover' || left-- <= 0) return answer(request, response)
    return scripts.json({ jsonrpc: '2.0', id, error: refusal(supported) }, { status: 400 })(request, response)
  })
  onTestFinished(() => upstream.close())
  const gateway = await startGateway()
  onTestFinished(() => gateway.close())
  gateway.registry.addServer({ slug: 's', url: upstream.url, era: 'modern' })
  const clientInfo = { name: 'test', version: '1' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  const { status } = await fetch(`${gateway.url}/mcp/s`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'x-api-key': gateway.registry.addKey().key,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
  })
  return { status, discoveries }
}

test('a server that refuses our revision and names it is asked once more, and no more than once', async () => {
  expect(await greet(0, ['2026-07-28'])).toEqual({ status: 200, discoveries: 1 })
  expect(await greet(1, ['2026-07-28'])).toEqual({ status: 200, discoveries: 2 })
  expect(await greet(9, ['2026-07-28'])).toEqual({ status: 502, discoveries: 2 })
  expect(await greet(1, ['2099-01-01'])).toEqual({ status: 502, discoveries: 1 })
})

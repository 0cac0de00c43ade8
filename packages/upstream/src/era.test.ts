import { createEgress } from '@gatehouse/egress'
import { type Script, scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { expect, onTestFinished, test } from 'vitest'
import { connectUpstream } from './index.ts'

const egress = createEgress({ allow: ['127.0.0.1'] })
const greets = scripts.legacyServer({ sessionId: 'abc' })

test('a session whose handshake fails halfway is ended', async () => {
  const script: Script = (request, response) =>
    request.body.includes('notifications/initialized')
      ? scripts.reset(request, response)
      : greets(request, response)
  const upstream = await startRecordingUpstream(script)
  onTestFinished(() => upstream.close())
  const connecting = connectUpstream({ egress, url: upstream.url, headers: [], era: 'legacy' })
  await expect(connecting).rejects.toMatchObject({ code: 'upstream_unreachable' })
  const ended = upstream.requests.filter(({ method }) => method === 'DELETE')
  expect(ended.map((request) => request.header('mcp-session-id'))).toEqual([['abc']])
})

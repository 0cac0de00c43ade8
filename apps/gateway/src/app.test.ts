import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { startGateway } from './testing/gateway.ts'

test('what is written behind the end of an answer is lost, and nothing else', async () => {
  const gateway = await startGateway()
  const written: Promise<unknown>[] = []
  const writeLate = (message: unknown) => {
    const { response } = message as { response: ServerResponse } // as Node documents it
    if (response.req.socket.localPort !== Number(new URL(gateway.url).port)) return
    written.push(new Promise((done) => response.once('prefinish', () => response.write('late', done))))
  }
  subscribe('http.server.response.created', writeLate)
  onTestFinished(() => void unsubscribe('http.server.response.created', writeLate))
  onTestFinished(() => gateway.close())
  for (const path of ['/health', '/mcp/none']) {
    const answer = await fetch(gateway.url + path)
    expect(await answer.text()).not.toContain('late')
  }
  expect(await Promise.all(written)).toMatchObject(Array(2).fill({ code: 'ERR_STREAM_WRITE_AFTER_END' }))
})

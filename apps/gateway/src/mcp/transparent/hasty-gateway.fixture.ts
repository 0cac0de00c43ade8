// A gateway of a test file whose limits of time are short, the servers that its tests put behind it, and plain requests to them.

import { type Script, startRecordingUpstream } from '@gatehouse/testkit'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { startGateway, type TestGateway } from '../../testing/gateway.ts'

export const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'

let gateway: TestGateway
let key: string
let count = 0

/** Starts it before the tests of the file that imports this, and stops it after them. */
export function useHastyGateway(): { readonly gateway: () => TestGateway; readonly key: () => string } {
  beforeAll(async () => {
    gateway = await startGateway({
      GATEHOUSE_KEEP_ALIVE_MS: '40',
      GATEHOUSE_READER_TIMEOUT_MS: '200',
      GATEHOUSE_CALL_TIMEOUT_MS: '500',
    })
    key = gateway.registry.addKey().key
  })
  afterAll(() => gateway.close())
  return { gateway: () => gateway, key: () => key }
}

/** A server behind it, or behind another one, until the test ends. */
export async function serve(script: Script, more: object = {}, at: TestGateway = gateway) {
  const upstream = await startRecordingUpstream(script)
  onTestFinished(() => upstream.close())
  count += 1
  const slug = `s${count}`
  at.registry.addServer({ slug, url: upstream.url, headers: [['x-stored', 'v']], ...more })
  return { upstream, address: `${at.url}/mcp/${slug}`, slug }
}

export function send(address: string, init: RequestInit & { key?: string } = {}) {
  const { headers, ...rest } = init
  return fetch(address, {
    method: 'POST',
    ...(init.method === 'GET' || init.method === 'DELETE' ? {} : { body: list }),
    ...rest,
    headers: { 'x-api-key': init.key ?? key, 'content-type': 'application/json', ...headers },
  })
}

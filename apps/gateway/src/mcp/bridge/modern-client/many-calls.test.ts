// Two hundred calls at once in one session, all with the same id, at two gateways in turn: streams, questions and cancellations
// mixed.

import { type FixtureServer, startFixtureServer } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../../../testing/gateway.ts'
import { type Ask, modernClient, type Told } from './modern-client.fixture.ts'

let gateways: readonly TestGateway[]
let fixture: FixtureServer
let key: string
beforeAll(async () => {
  const one = await startGateway()
  gateways = [one, await startGateway({}, one.registry)]
  fixture = await startFixtureServer({ eras: 'legacy' })
  one.registry.addServer({ slug: 'many', url: fixture.url })
  key = one.registry.addKey().key
})
afterAll(async () => {
  for (const gateway of [...gateways].reverse()) await gateway.close()
  await fixture.close()
})

const at = (n: number) => modernClient(`${gateways[n % 2]?.url}/mcp/many`, key)
const tool = (name: string, more: Partial<Ask> = {}, args = '{}'): Ask => ({
  method: 'tools/call',
  params: `"name":"${name}","arguments":${args}`,
  ...more,
})

async function givesUp(n: number) {
  const leaving = new AbortController()
  setTimeout(() => leaving.abort(), Math.random() * 200)
  const call = tool('test_wait', { signal: leaving.signal }, '{"ms":60000}')
  await expect(at(n)(call)).rejects.toThrow()
}

async function hearsProgress(n: number) {
  const { texts, last } = await at(n)(tool('test_tool_with_progress', { meta: '"progressToken":"same"' }))
  expect(last.result?.resultType).toBe('complete')
  expect(texts.map((text) => JSON.parse(text).params?.progress)).toEqual([0, 50, 100, undefined])
}

async function reads(n: number) {
  const { last } = await at(n)({ method: 'resources/read', params: `"uri":"test://template/${n}/data"` })
  expect(JSON.stringify(last.result)).toContain(`Data for ID: ${n}`)
}

async function isAsked(n: number) {
  const name = 'test_input_required_result_multi_round'
  const capabilities = { elicitation: {} }
  const answer = ({ last }: Told, content: object) => {
    const [question = ''] = Object.keys(last.result?.inputRequests ?? {})
    const answers = JSON.stringify({ [question]: { action: 'accept', content } })
    const params = `"name":"${name}","arguments":{},"inputResponses":${answers},"requestState":"${last.result?.requestState}"`
    return { method: 'tools/call', params, capabilities }
  }
  const first = await at(n)(tool(name, { capabilities }))
  const second = await at(n + 1)(answer(first, { name: `N${n}` }))
  const third = await at(n)(answer(second, { color: `C${n}` }))
  expect(JSON.stringify(third.last.result)).toContain(`N${n} likes C${n}`)
}

test('every answer reaches its asker', async () => {
  const kinds = [givesUp, hearsProgress, reads]
  const calls = Array.from({ length: 195 }, (_, n) => kinds[n % kinds.length]?.(n))
  const asked = Array.from({ length: 5 }, (_, n) => isAsked(n))
  await Promise.all([...calls, ...asked])
  expect(fixture.sessions()).toBe(2) // one for each set of declared capabilities
})

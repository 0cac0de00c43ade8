// Two gateways on one registry, and clients whose every request goes to another one than the last.

import { startFixtureServer } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Aggregate, startAggregate } from '../../testing/aggregate.ts'
import { startGateway, type TestGateway } from '../../testing/gateway.ts'

let world: Aggregate & { close(): Promise<void> }
let other: TestGateway
beforeAll(async () => {
  world = await startAggregate({ GATEHOUSE_LIST_TIMEOUT_MS: '5000' })
  other = await startGateway({}, world.gateway.registry)
  world.alternate([world.gateway, other])
})
afterAll(async () => {
  await other.close()
  await world.close()
})

async function fixture(eras: 'legacy' | 'modern') {
  const server = await startFixtureServer({ eras })
  onTestFinished(() => server.close())
  await world.add('one', server.url)
  return server
}

describe.each(['legacy', 'modern'] as const)('a server that is %s', (eras) => {
  test('asks a modern client in several rounds, whichever gateway gets the answers', async () => {
    await fixture(eras)
    const client = await world.modernClient({
      capabilities: { elicitation: { form: {} }, sampling: {}, roots: {} },
    })
    client.setRequestHandler('elicitation/create', () => ({
      action: 'accept',
      content: { name: 'Ada', color: 'red', context: 'here' },
    }))
    for (let i = 0; i < 3; i += 1) {
      const { content } = await client.callTool({
        name: 'one__test_input_required_result_multi_round',
        arguments: {},
      })
      expect(content).toMatchObject([{ text: 'Ada likes red' }])
      const prompt = await client.getPrompt({ name: 'one__test_input_required_result_prompt' })
      expect(prompt.messages).toMatchObject([{ content: { text: 'Use this context: here' } }])
    }
  })

  test('has one session for a legacy client at both gateways, or none', async () => {
    const server = await fixture(eras)
    const client = await world.legacyClient()
    for (let i = 0; i < 4; i += 1) {
      await client.listTools()
      expect(await client.callTool({ name: 'one__test_simple_text', arguments: {} })).toMatchObject({
        content: [{ type: 'text' }],
      })
    }
    expect(server.sessions()).toBe(eras === 'legacy' ? 1 : 0)
  })
})

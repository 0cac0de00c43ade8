import { type FixtureServer, startFixtureServer } from '@gatehouse/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Aggregate, startAggregate } from '../../testing/aggregate.ts'

let world: Aggregate & { close(): Promise<void> }
const fixtures: FixtureServer[] = []
beforeAll(async () => {
  world = await startAggregate({ GATEHOUSE_LIST_TIMEOUT_MS: '5000' })
})
afterAll(async () => {
  await world.close()
  await Promise.all(fixtures.map((fixture) => fixture.close()))
})

/** Two servers of these eras, as one and two. */
async function two(eras: 'both' | 'legacy' | 'modern', other = eras) {
  for (const [slug, which] of [
    ['one', eras],
    ['two', other],
  ] as const) {
    const fixture = await startFixtureServer({ eras: which, requiredHeader: 'x-stored: s3cret' })
    fixtures.push(fixture)
    await world.add(slug, fixture.url, { headers: [['x-stored', 's3cret']] })
  }
}

describe.each(['legacy', 'both', 'modern'] as const)(
  'a legacy client of two servers with eras %s',
  (eras) => {
    test('lists, reads, gets and completes what both of them have', async () => {
      await two(eras)
      const client = await world.legacyClient()
      const both = (names: string[]) => [
        names.filter((n) => n.includes('one')),
        names.filter((n) => n.includes('two')),
      ]
      for (const names of [
        (await client.listTools()).tools.map(({ name }) => name),
        (await client.listPrompts()).prompts.map(({ name }) => name),
        (await client.listResources()).resources.map(({ uri }) => uri),
        (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate),
      ]) {
        const [one = [], other = []] = both(names)
        expect(one.length).toBeGreaterThan(0)
        expect(other).toEqual(one.map((name) => name.replace('one', 'two')))
        expect(names).toEqual([...one, ...other])
      }
      const { contents } = await client.readResource({ uri: 'two+test://template/7/data' })
      expect(contents[0]?.uri).toBe('two+test://template/7/data')
      const prompt = await client.getPrompt({
        name: 'one__test_prompt_with_embedded_resource',
        arguments: { resourceUri: 'test://x' },
      })
      expect(prompt.messages[0]?.content).toMatchObject({ resource: { uri: 'one+test://x' } })
      const { completion } = await client.complete({
        ref: { type: 'ref/prompt', name: 'two__test_prompt_with_arguments' },
        argument: { name: 'arg1', value: 'par' },
      })
      expect(completion.values).toContain('paris')
      const called = await client.callTool({ name: 'one__test_embedded_resource', arguments: {} })
      expect(called.content).toMatchObject([{ resource: { uri: 'one+test://embedded-resource' } }])
      await expect(client.readResource({ uri: 'none+test://x' })).rejects.toMatchObject({ code: -32002 })
      await expect(client.getPrompt({ name: 'one__none' })).rejects.toMatchObject({ code: -32602 })
    })

    // A legacy server knows from the handshake that it can't ask, and says so itself.
    test('is told so where a tool asks for input', async () => {
      await two(eras)
      const client = await world.legacyClient()
      const { isError, content } = await client.callTool({
        name: 'one__test_elicitation',
        arguments: { message: '?' },
      })
      expect(isError).toBe(true)
      const said = eras === 'modern' ? '/mcp/one' : 'did not declare the required capability'
      expect(content).toMatchObject([{ text: expect.stringContaining(said) }])
      await expect(client.getPrompt({ name: 'one__test_input_required_result_prompt' })).rejects.toThrow(said)
    })
  },
)

const capabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} }

async function askedClient() {
  const client = await world.modernClient({ capabilities })
  client.setRequestHandler('elicitation/create', () => ({
    action: 'accept',
    content: { name: 'Ada', color: 'red', context: 'here' },
  }))
  client.setRequestHandler('sampling/createMessage', () => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: 'Hi' },
  }))
  client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///work' }] }))
  return client
}

describe.each([
  ['both', 'modern'],
  ['legacy', 'legacy'],
] as const)('a modern client of servers with eras %s and %s', (eras, other) => {
  test('lists, reads, gets and completes what both of them have', async () => {
    await two(eras, other)
    const client = await askedClient()
    const names = (await client.listPrompts()).prompts.map(({ name }) => name)
    expect(names).toContain('one__test_simple_prompt')
    expect(names).toContain('two__test_simple_prompt')
    const templates = (await client.listResourceTemplates()).resourceTemplates
    expect(templates.map(({ uriTemplate }) => uriTemplate)).toContain('two+test://template/{id}/data')
    const read = await client.readResource({ uri: 'two+test://template/7/data' })
    expect(read.contents[0]?.uri).toBe('two+test://template/7/data')
    const { completion } = await client.complete({
      ref: { type: 'ref/prompt', name: 'two__test_prompt_with_arguments' },
      argument: { name: 'arg1', value: 'par' },
    })
    expect(completion.values).toContain('paris')
  })

  test('is asked by tools and prompts, in one round and in several', async () => {
    await two(eras, other)
    const client = await askedClient()
    const call = async (name: string) => (await client.callTool({ name, arguments: {} })).content
    expect(await call('two__test_input_required_result_multiple_inputs')).toMatchObject([
      { text: 'Hi, Ada (file:///work)' },
    ])
    expect(await call('one__test_input_required_result_multi_round')).toMatchObject([
      { text: 'Ada likes red' },
    ])
    const prompt = await client.getPrompt({ name: 'one__test_input_required_result_prompt' })
    expect(prompt.messages).toMatchObject([{ content: { text: 'Use this context: here' } }])
  })

  test('hears progress', async () => {
    await two(eras, other)
    const client = await askedClient()
    const heard: number[] = []
    await client.callTool(
      { name: 'two__test_tool_with_progress', arguments: {} },
      { onprogress: ({ progress }) => void heard.push(progress) },
    )
    expect(heard).toEqual([0, 50, 100])
  })
})

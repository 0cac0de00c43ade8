// The program that the suite starts as "the client" in a client scenario: registers the suite's mock server at the gateway
// and calls it through the gateway, which is the client that the mock server sees. client-leg.ts has the suite start it.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { api } from '../src/product.ts'

/** Where the gateway is, from the environment. */
export interface DriverSettings {
  readonly registryUrl: string
  readonly gatewayUrl: string
  readonly key: string
  /** Of the driver. */
  readonly era: 'legacy' | 'modern'
  /** Of the mock server, where the gateway shall speak nothing else with it. */
  readonly pin?: 'legacy' | 'modern'
}

type Drive = (client: Client) => Promise<unknown>

const callAll: Drive = async (client) => {
  const { tools } = await client.listTools()
  for (const { name } of tools) await client.callTool({ name, arguments: { a: 2, b: 3, region: 'us-west1' } })
}

/** What each scenario wants its client to do; connecting comes before, closing after. */
const drives: Readonly<Record<string, Drive>> = {
  initialize: (client) => client.listTools(),
  'request-metadata': (client) => client.listTools(),
  'json-schema-ref-no-deref': (client) => client.listTools(),
  tools_call: callAll,
  'http-invalid-tool-headers': callAll,
  'elicitation-sep1034-client-defaults': callAll,
  'sse-retry': callAll,
  async 'sep-2322-client-request-state'(client) {
    await client.listTools()
    for (const name of ['test_mrtr_echo_state', 'test_mrtr_no_state', 'test_mrtr_unrelated'])
      await client.callTool({ name, arguments: {} })
    // this result lacks the member that says what it is: whether it counts as one is the client's to decide
    await client.callTool({ name: 'test_mrtr_no_result_type', arguments: {} }).catch(() => undefined)
  },
  async 'http-standard-headers'(client) {
    const [{ tools }, { resources }, { prompts }] = [
      await client.listTools(),
      await client.listResources(),
      await client.listPrompts(),
    ]
    for (const { name } of tools) await client.callTool({ name, arguments: {} })
    for (const { uri } of resources) await client.readResource({ uri })
    for (const { name } of prompts) await client.getPrompt({ name })
  },
  async 'http-custom-headers'(client) {
    await client.listTools()
    const { toolCalls } = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}') as ScenarioContext
    for (const call of toolCalls ?? []) await client.callTool(call)
  },
  async 'json-schema-2020-12-preservation'(client) {
    const { tools } = await client.listTools()
    const schema = tools.find(({ name }) => name === 'json_schema_2020_12_tool')?.inputSchema
    await client.callTool({ name: 'json_schema_echo', arguments: { schema } })
  },
}

/** As the suite hands it over, in JSON. */
interface ScenarioContext {
  readonly toolCalls?: { name: string; arguments: Record<string, unknown> }[]
}

const { MCP_CONFORMANCE_SCENARIO: scenario = '', CONFORMANCE_DRIVER = '' } = process.env
const url = process.argv[2] ?? ''
const settings = JSON.parse(CONFORMANCE_DRIVER) as DriverSettings // as client-leg.ts wrote it
const servers = `${settings.registryUrl}/v1/deepagents/mcp-servers`
const slug = `driver-${process.pid}`
const made = await api(servers, settings.key, 'POST', { name: slug, slug, url, headers: [] })
if (made.status !== 201) throw new Error(`registering answered ${made.status}: ${JSON.stringify(made.body)}`)
const { id } = made.body as { id: string }
if (settings.pin)
  await api(`${settings.registryUrl}/v1/servers/${id}`, settings.key, 'PATCH', { era: settings.pin })
const client = new Client(
  { name: 'conformance-driver', version: '1.0.0' },
  {
    capabilities: { elicitation: { form: { applyDefaults: true } } },
    versionNegotiation: { mode: settings.era === 'legacy' ? 'legacy' : { pin: '2026-07-28' } },
  },
)
client.setRequestHandler('elicitation/create', ({ params }) => ({
  action: 'accept',
  content: 'confirmed' in Object(fields(params)) ? { confirmed: true } : {},
}))
// A legacy client opens its stream for what the server says by itself, and waits for nobody. Through several gateways a call might
// overtake it: a question on that stream would be lost, and the stream be taken for one that resumes.
const listening = Promise.withResolvers<void>()
const tellingFetch: typeof fetch = async (input, init) => {
  const answer = await fetch(input, init)
  if (init?.method === 'GET') listening.resolve()
  return answer
}
try {
  const address = new URL(`${settings.gatewayUrl}/mcp/${slug}`)
  const requestInit = { headers: { 'x-api-key': settings.key } }
  await client.connect(new StreamableHTTPClientTransport(address, { requestInit, fetch: tellingFetch }))
  if (settings.era === 'legacy') await listening.promise
  const drive = drives[scenario]
  if (!drive) throw new Error(`no way to drive the scenario ${scenario}`)
  await drive(client)
} finally {
  await client.close()
  // also ends what the gateway holds open there: the suite waits for it
  await api(`${servers}/${id}`, settings.key, 'DELETE')
}

function fields(params: object): unknown {
  return 'requestedSchema' in params ? (params.requestedSchema as { properties?: object }).properties : {}
}

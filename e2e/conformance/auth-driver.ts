// The program that the suite starts as "the client" in a scenario of OAuth: registers the suite's mock server at the gateway,
// connects a person's account to it as the console and a browser would, and calls through the gateway. auth-leg.ts has it started.

import { setTimeout } from 'node:timers/promises'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { api } from '../src/product.ts'

/** Who is who, from the environment. */
export interface AuthDriverSettings {
  readonly registryUrl: string
  readonly gatewayUrl: string
  readonly consoleUrl: string
  /** Of a person, and the cookie of their session in the browser. */
  readonly key: string
  readonly cookie: string
  /** Of a service. */
  readonly serviceKey: string
  readonly era: 'legacy' | 'modern'
}

/** As the suite hands it over, in JSON: a client that is registered at the mock authorization server. */
interface ScenarioContext {
  readonly client_id?: string
  readonly client_secret?: string
  readonly private_key_pem?: string
}

/** Scenarios in which an attacker, or a server that is wrong, must be refused on the way to a connection. */
const refused: Readonly<Record<string, string>> = {
  'auth/resource-mismatch': 'oauth_discovery_failed',
  'auth/metadata-issuer-mismatch': 'oauth_discovery_failed',
  'auth/iss-supported-missing': 'oauth_failed',
  'auth/iss-wrong-issuer': 'oauth_failed',
  'auth/iss-unexpected': 'oauth_failed',
  'auth/iss-normalized': 'oauth_failed',
}
/** Its server is never content, whatever it is given. */
const hopeless = 'auth/scope-retry-limit'

const { MCP_CONFORMANCE_SCENARIO: scenario = '', CONFORMANCE_DRIVER = '' } = process.env
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}') as ScenarioContext
const settings = JSON.parse(CONFORMANCE_DRIVER) as AuthDriverSettings // as auth-leg.ts wrote it
const { registryUrl, gatewayUrl, consoleUrl } = settings
const isService = scenario.startsWith('auth/client-credentials')
const key = isService ? settings.serviceKey : settings.key
const url = process.argv[2] ?? ''

/** An answer that is no success. */
class Refused extends Error {
  readonly code: string
  constructor(what: string, status: number, body: unknown) {
    super(`${what} answered ${status}: ${JSON.stringify(body)}`)
    this.code = String((body as { code?: unknown } | undefined)?.code)
  }
}

async function ask(method: string, path: string, body?: unknown): Promise<Record<string, string>> {
  const answer = await api(registryUrl + path, key, method, body)
  if (answer.status >= 300) throw new Refused(path, answer.status, answer.body)
  return answer.body as Record<string, string> // the members that are read here are text
}

/** As a page of the console does: with the person's session. */
async function askAsPerson(path: string, body: unknown): Promise<Record<string, string>> {
  const answer = await fetch(registryUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: consoleUrl, cookie: settings.cookie },
    body: JSON.stringify(body),
  })
  const told = (await answer.json()) as Record<string, string>
  if (!answer.ok) throw new Refused(path, answer.status, told)
  return told
}

/** The mock authorization server asks nothing of its person: it redirects at once. */
async function connect(serverId: string, scopes?: string[]): Promise<void> {
  const wanted = { server_id: serverId, ...(scopes && { scopes }) }
  const { verification_url } = await askAsPerson('/v1/connections', wanted)
  const link = new URL(verification_url ?? '').pathname.split('/').at(-1)
  const { authorization_url = '' } = await askAsPerson(`/v1/connect/${link}`, {})
  const visited = await fetch(authorization_url, { redirect: 'manual' })
  const back = new URL(visited.headers.get('location') ?? '')
  if (back.origin + back.pathname !== `${consoleUrl}/connect/callback`)
    throw new Error(`the browser was sent to ${back}`)
  await askAsPerson('/v1/connect/callback', Object.fromEntries(back.searchParams))
}

/** A client that was registered by hand, where the scenario brings one. */
async function provider(): Promise<object> {
  const secret = context.client_secret ?? context.private_key_pem
  if (context.client_id === undefined) return { oauth_mode: 'per_user_dynamic_client' }
  const { id } = await ask('POST', '/v1/oauth-providers', {
    name: scenario,
    server_url: url,
    client_id: context.client_id,
    client_secret: secret,
    auth_method: context.private_key_pem === undefined ? 'client_secret_basic' : 'private_key_jwt',
  })
  return { oauth_mode: 'legacy_shared_provider', oauth_provider_id: id }
}

/** Lists and calls; connects again where that is what the gateway asks for, as often as a patient person would. */
async function drive(serverId: string, slug: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const told = await callAll(slug)
    if (told === undefined) return
    const page = new URL(/Open (\S+) and connect your account/.exec(told)?.[1] ?? '')
    if (page.origin !== consoleUrl || page.searchParams.get('connect') !== slug || attempt === 3)
      throw new Error(`the gateway asks for an account: ${told}`)
    await connect(serverId, page.searchParams.get('scope')?.split(' '))
  }
}

/** A gateway that has too much to do says when to come back. */
const patientFetch: typeof fetch = async (input, init) => {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(input, init)
    const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
    if (answer.status !== 503 || Number.isNaN(seconds) || attempt === 5) return answer
    console.error(`asked to come back: ${await answer.text()}`)
    await setTimeout(seconds * 1_000)
  }
}

/** @returns what the gateway says where it asks for an account. @throws Error for every other failure */
async function callAll(slug: string): Promise<string | undefined> {
  const client = new Client(
    { name: 'conformance-driver', version: '1.0.0' },
    { versionNegotiation: { mode: settings.era === 'legacy' ? 'legacy' : { pin: '2026-07-28' } } },
  )
  // The SDK keeps to itself what it was answered in its handshake.
  let told: string | undefined
  let refusal: string | undefined
  const listeningFetch: typeof fetch = async (input, init) => {
    const answer = await patientFetch(input, init)
    const isJson = answer.headers.get('content-type')?.startsWith('application/json')
    const text = isJson ? await answer.clone().text() : ''
    if (!answer.ok) refusal = `${answer.status} ${text}`
    told ??= /Open \S+ and connect your account/.exec(text)?.[0]
    return answer
  }
  try {
    const requestInit = { headers: { 'x-api-key': key } }
    const address = new URL(`${gatewayUrl}/mcp/${slug}`)
    await client.connect(new StreamableHTTPClientTransport(address, { requestInit, fetch: listeningFetch }))
    const { tools } = await client.listTools()
    for (const { name } of tools) {
      const result = await client.callTool({ name, arguments: {} })
      if (result.isError && told === undefined) throw new Error(JSON.stringify(result.content))
    }
  } catch (error) {
    if (told === undefined) throw new Error(`${refusal ?? error}`, { cause: error })
  } finally {
    await client.close()
  }
  return told
}

const servers = '/v1/deepagents/mcp-servers'
const slug = `driver-${process.pid}`
const expected = refused[scenario]
let id: string | undefined
try {
  const made = await ask('POST', servers, {
    name: slug,
    slug,
    url,
    auth_type: 'oauth',
    ...(await provider()),
  })
  id = made.id ?? ''
  if (!isService) await connect(id)
  if (expected !== undefined) throw new Error(`the connection was made, and not refused with ${expected}`)
  await drive(id, slug)
} catch (error) {
  const isExpected = error instanceof Refused && error.code === expected
  if (!isExpected && scenario !== hopeless) throw error
} finally {
  // also ends what the gateway holds open there: the suite waits for it
  if (id !== undefined) await ask('DELETE', `${servers}/${id}`)
}

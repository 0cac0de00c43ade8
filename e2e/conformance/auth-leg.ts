// The leg in which the suite plays the MCP server and its authorization server: auth-driver.ts is what it starts, and connects a
// person's account to it. The registry is the OAuth client that the suite sees, the gateway the one that brings the token.

import type { Stack } from '../src/stack.ts'
import type { AuthDriverSettings } from './auth-driver.ts'
import { runScenarios } from './client-leg.ts'
import { judge, type Outcome } from './judge.ts'
import { requirements } from './requirements.ts'
import type { Results } from './suite.ts'

/** The address that the suite wants to see as a client id. Nothing is read from there. */
export const clientMetadataUrl = 'https://conformance-test.local/client-metadata.json'

const revisions = { legacy: '2025-11-25', modern: '2026-07-28' } as const

/** All client scenarios of OAuth. The stack's registry needs `clientMetadataUrl` as GATEHOUSE_CLIENT_METADATA_URL. */
export async function* clientAuthLeg(stack: Stack): AsyncGenerator<Outcome> {
  const { registryUrl, gatewayUrl, consoleUrl, key: serviceKey } = stack
  const person = await signIn(stack)
  for (const era of ['legacy', 'modern'] as const) {
    const revision = revisions[era]
    const required = requirements(revision, 'client-auth')
    const settings: AuthDriverSettings = { registryUrl, gatewayUrl, consoleUrl, ...person, serviceKey, era }
    const results = strictly(await runScenarios(required, revision, 'node auth-driver.ts', settings))
    const about = { leg: 'client-auth', client_era: era, upstream_era: era, requirements: revision } as const
    yield judge(about, required, results)
  }
}

/** As the suite counts for clients: what a client should do and doesn't is a failure too. */
const strictly = (results: Results): Results =>
  new Map(
    [...results].map(([scenario, checks]) => [
      scenario,
      checks.map((check) => (check.status === 'WARNING' ? { ...check, status: 'FAILURE' } : check)),
    ]),
  )

/** The owner claims their account by the link that a start prints, and makes a key of their own. */
async function signIn({ registryUrl, consoleUrl, registry }: Stack) {
  const link = new URL(String(registry.ready.console_link))
  const post = async (path: string, body: unknown, cookie = '') => {
    const answer = await fetch(registryUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: consoleUrl, cookie },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return answer
  }
  const token = new URLSearchParams(link.hash.slice(1)).get('token')
  const person = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' }
  const claimed = await post('/v1/claim', { token, ...person })
  const cookie = claimed.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const verbs = ['read', 'create', 'update', 'delete', 'invoke']
  const permissions = verbs.map((verb) => `mcp-servers:${verb}`)
  const made = await post('/v1/api-keys', { name: 'conformance', kind: 'user', permissions }, cookie)
  return { cookie, key: ((await made.json()) as { key: string }).key }
}

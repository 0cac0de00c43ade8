// The leg in which the suite plays the MCP server and its authorization server: auth-driver.ts is what it starts, and connects a
// person's account to it. The registry is the OAuth client that the suite sees, the gateway the one that brings the token.

import { claim } from '../src/owner-key.ts'
import type { Stack } from '../src/stack.ts'
import type { AuthDriverSettings } from './auth-driver.ts'
import { runScenarios } from './client-leg.ts'
import { judge, type Outcome } from './judge.ts'
import { requirements, revisions } from './requirements.ts'
import type { Results } from './suite.ts'

/** The address that the suite wants to see as a client id. Nothing is read from there. */
export const clientMetadataUrl = 'https://conformance-test.local/client-metadata.json'

/** All client scenarios of OAuth. The stack's registry needs `clientMetadataUrl` as GATEHOUSE_CLIENT_METADATA_URL. */
export async function* clientAuthLeg(stack: Stack): AsyncGenerator<Outcome> {
  const { registryUrl, gatewayUrl, consoleUrl, key: serviceKey } = stack
  const person = await claim(stack, String(stack.registry.ready.console_link), 'user')
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

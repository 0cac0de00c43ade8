// The legs in which the suite plays the client: without the gateway, through one server's address, and through the
// address for all servers.

import { startFixtureServer, startSdkUpstream } from '@gatehouse/testkit'
import type { Stack } from '../src/stack.ts'
import { type Era, judge, type Leg, type Outcome } from './judge.ts'
import { mapNames } from './names.ts'
import { type Revision, requirements, revisions } from './requirements.ts'
import { type Shim, startShim } from './shim.ts'
import { type Results, testServer } from './suite.ts'

const eras = ['legacy', 'modern'] as const

/** Runs them one after the other. @param chosen names of legs; none means all */
export async function* serverLegs(stack: Stack, chosen: readonly string[]): AsyncGenerator<Outcome> {
  const wanted = (leg: Leg) => chosen.length === 0 || chosen.includes(leg)
  const both = await startFixtureServer({ eras: 'both' })
  const only = {
    legacy: await startFixtureServer({ eras: 'legacy' }),
    modern: await startFixtureServer({ eras: 'modern' }),
  }
  const other = await startSdkUpstream({ eras: 'both' })
  const references = new Map<Revision, Results>()

  async function run(
    leg: Leg,
    client: Exclude<Era, 'gateway'>,
    upstream: Era,
    url: string,
  ): Promise<Outcome> {
    const revision = revisions[client]
    const results = await testServer(url, revision)
    const about = { leg, client_era: client, upstream_era: upstream, requirements: revision }
    if (leg === 'direct') references.set(revision, results)
    const reference = leg === 'direct' ? undefined : references.get(revision)
    return judge(about, requirements(revision, 'server'), results, reference)
  }

  /** One of the gateway's addresses, with nothing registered but these. */
  async function* through(
    servers: readonly { readonly url: string }[],
    runs: readonly (readonly [Leg, Exclude<Era, 'gateway'>, Era])[],
    reach: (registered: readonly Registered[]) => Promise<Shim>,
  ) {
    const registered: Registered[] = []
    for (const { url } of servers) registered.push(await stack.register(url))
    const shim = await reach(registered)
    for (const [leg, client, upstream] of runs) yield await run(leg, client, upstream, shim.url)
    await shim.close()
    for (const { id } of registered) await stack.ask('DELETE', `/v1/deepagents/mcp-servers/${id}`)
  }
  const oneServer = ([first]: readonly Registered[]) => startShim(first?.address ?? '', stack.key)
  const allServers = ([first, second]: readonly Registered[]) =>
    startShim(`${stack.gatewayUrl}/mcp/`, stack.key, mapNames(first?.slug ?? '', second?.slug ?? ''))

  try {
    for (const era of eras) yield await run('direct', era, era, both.url)
    if (wanted('transparent')) {
      const runs = eras.map((era) => ['transparent', era, era] as const)
      yield* through([both], runs, oneServer)
    }
    if (wanted('bridge')) {
      yield* through([only.modern], [['bridge', 'legacy', 'modern']], oneServer)
      yield* through([only.legacy], [['bridge', 'modern', 'legacy']], oneServer)
    }
    if (wanted('aggregate')) {
      const runs = eras.map((era) => ['aggregate', era, 'gateway'] as const) // a server of both eras: the gateway chooses
      yield* through([both, other], runs, allServers)
      yield* through([only.modern, other], [['aggregate', 'legacy', 'modern']], allServers)
      yield* through([only.legacy, other], [['aggregate', 'modern', 'legacy']], allServers)
    }
  } finally {
    await Promise.all([both, only.legacy, only.modern, other].map((server) => server.close()))
  }
}

type Registered = Awaited<ReturnType<Stack['register']>>

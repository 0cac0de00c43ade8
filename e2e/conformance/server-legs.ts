// The legs in which the suite plays the client: without the gateway, through one server's address, and through the
// address for all servers.

import { startFixtureServer, startSdkUpstream } from '@gatehouse/testkit'
import type { Stack } from '../src/stack.ts'
import { type Era, judge, type Leg, type Outcome } from './judge.ts'
import { mapNames } from './names.ts'
import { type Revision, requirements } from './requirements.ts'
import { startShim } from './shim.ts'
import { type Results, testServer } from './suite.ts'

const revisions = { legacy: '2025-11-25', modern: '2026-07-28' } as const
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

  try {
    for (const era of eras) yield await run('direct', era, era, both.url)
    if (wanted('transparent')) {
      const shim = await startShim((await stack.register(both.url)).address, stack.key)
      for (const era of eras) yield await run('transparent', era, era, shim.url)
      await shim.close()
    }
    if (wanted('bridge')) {
      for (const [client, upstream] of [eras, eras.toReversed()] as const) {
        const shim = await startShim((await stack.register(only[upstream].url)).address, stack.key)
        yield await run('bridge', client, upstream, shim.url)
        await shim.close()
      }
    }
    if (wanted('aggregate')) {
      const { slug } = await stack.register(both.url)
      const beside = await stack.register(other.url)
      const shim = await startShim(`${stack.gatewayUrl}/mcp/`, stack.key, mapNames(slug, beside.slug))
      for (const era of eras) yield await run('aggregate', era, 'gateway', shim.url)
      await shim.close()
    }
  } finally {
    await Promise.all([both, only.legacy, only.modern, other].map((server) => server.close()))
  }
}

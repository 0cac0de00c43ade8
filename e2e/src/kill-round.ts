// kill -9 of the registry in the middle of creates, and a look at what the next start finds.

import { type App, spawnApp } from '@gatehouse/testkit'
import { expect } from 'vitest'
import { api } from './product.ts'

interface Listed {
  readonly id: string
  readonly name: string
  readonly slug: string
  readonly url: string
  readonly headers?: readonly { key: string }[]
}

export interface KillRound {
  readonly registryUrl: string
  readonly registryEnv: NodeJS.ProcessEnv
  /** A key that creates and reads, of a registry that has just started. */
  keyOf(registry: App): Promise<string>
  /** Begins the slugs of this round. */
  readonly prefix: string
  /** Acknowledged creates until the kill; 200 are sent at most. */
  readonly killAfter: number
  /** Ids of all rounds on this database. */
  readonly acknowledged: Set<string>
}

/** Expects every acknowledged create to survive, and none to be half there. */
export async function killRound(round: KillRound): Promise<void> {
  const first = await spawnApp('registry', round.registryEnv)
  const before = round.acknowledged.size
  await createUntilKilled(round, first, await round.keyOf(first))
  const count = round.acknowledged.size - before
  expect(count).toBeGreaterThanOrEqual(round.killAfter)
  expect(count).toBeLessThan(200)

  const second = await spawnApp('registry', round.registryEnv)
  try {
    const { body } = await api(
      `${round.registryUrl}/v1/deepagents/mcp-servers`,
      await round.keyOf(second),
      'GET',
    )
    const servers = body as Listed[]
    const ids = new Set(servers.map((server) => server.id))
    expect([...round.acknowledged].filter((id) => !ids.has(id))).toEqual([])
    for (const server of servers) {
      expect(server).toMatchObject({
        name: `Server ${server.slug}`,
        url: `https://${server.slug}.example.com/mcp`,
      })
      expect(server.headers).toEqual([{ key: 'Authorization', value: '***' }])
    }
  } finally {
    await second.stop()
  }
}

async function createUntilKilled(round: KillRound, registry: App, key: string): Promise<void> {
  const { acknowledged, registryUrl, killAfter, prefix } = round
  const enough = acknowledged.size + killAfter
  let sent = 0
  const create = async () => {
    while (sent < 200) {
      const slug = `${prefix}-${sent++}`
      const body = {
        name: `Server ${slug}`,
        slug,
        url: `https://${slug}.example.com/mcp`,
        headers: [{ key: 'Authorization', value: `Bearer value-${slug}` }],
      }
      try {
        const answer = await api(`${registryUrl}/v1/deepagents/mcp-servers`, key, 'POST', body)
        if (answer.status === 201) acknowledged.add((answer.body as { id: string }).id)
      } catch {
        return // the registry is gone
      }
      if (acknowledged.size === enough) registry.child.kill('SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: 8 }, create))
  await registry.ended
}

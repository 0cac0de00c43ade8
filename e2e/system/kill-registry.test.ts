// kill -9 of the registry in the middle of 200 creates: what was acknowledged is there, nothing is half there.

import { spawnApp } from '@gatehouse/testkit'
import { afterAll, expect, test } from 'vitest'
import { alone } from '../src/alone.ts'
import { api, dataFolder } from '../src/product.ts'

const data = dataFolder()
afterAll(() => data.remove())

interface Listed {
  readonly id: string
  readonly name: string
  readonly slug: string
  readonly url: string
  readonly headers?: readonly { key: string }[]
}

test('every acknowledged create survives and none is half there', async () => {
  const apps = await alone({ embedded: data.folder })
  const first = await spawnApp('registry', apps.registryEnv)
  const key = String(first.ready.api_key)
  const acknowledged = new Set<string>()
  let sent = 0
  const create = async () => {
    while (sent < 200) {
      const number = sent++
      const body = {
        name: `Server ${number}`,
        slug: `server-${number}`,
        url: `https://s${number}.example.com/mcp`,
        headers: [{ key: 'Authorization', value: `Bearer value-${number}` }],
      }
      try {
        const answer = await api(`${apps.registryUrl}/v1/deepagents/mcp-servers`, key, 'POST', body)
        if (answer.status === 201) acknowledged.add((answer.body as { id: string }).id)
      } catch {
        return // the registry is gone
      }
      if (acknowledged.size === 60) first.child.kill('SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: 8 }, create))
  await first.ended
  expect(acknowledged.size).toBeGreaterThanOrEqual(60)
  expect(acknowledged.size).toBeLessThan(200)

  const second = await spawnApp('registry', apps.registryEnv)
  try {
    const { body } = await api(
      `${apps.registryUrl}/v1/deepagents/mcp-servers`,
      String(second.ready.api_key),
      'GET',
    )
    const servers = body as Listed[]
    const ids = new Set(servers.map((server) => server.id))
    expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([])
    for (const server of servers) {
      const number = server.slug.slice('server-'.length)
      expect(server).toMatchObject({ name: `Server ${number}`, url: `https://s${number}.example.com/mcp` })
      expect(server.headers).toEqual([{ key: 'Authorization', value: '***' }])
    }
  } finally {
    await second.stop()
  }
}, 90_000)

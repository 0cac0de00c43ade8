// `npm start`, stopped in every way and started again on the same data folder.

import { type SdkUpstream, startSdkUpstream } from '@gatehouse/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectV2 } from '../src/clients.ts'
import { dataFolder, startProduct } from '../src/product.ts'
import { rounds } from './rounds.ts'

const data = dataFolder()
const made: string[] = []
let upstream: SdkUpstream
beforeAll(async () => {
  upstream = await startSdkUpstream({ eras: 'both', requiredHeader: 'x-stored: canary-51c0' })
})
afterAll(async () => {
  await upstream.close()
  data.remove()
})

const signals = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const

test.each(rounds)(
  'start %i finds all servers and the credentials to call them',
  async (round) => {
    const product = await startProduct({ folder: data.folder })
    const signal = signals[round % signals.length]
    try {
      const { body } = await product.api('GET', '/v1/deepagents/mcp-servers')
      const slugs = (body as { slug: string }[]).map((server) => server.slug)
      expect(slugs.sort()).toEqual([...made, 'sample'].sort())
      const slug = `round-${round}`
      const answer = await product.api('POST', '/v1/deepagents/mcp-servers', {
        name: slug,
        slug,
        url: upstream.url,
        headers: [{ key: 'x-stored', value: 'canary-51c0' }],
      })
      expect(answer.status).toBe(201)
      made.push(slug)
      for (const one of new Set([made[0], slug])) {
        const client = await connectV2(`${product.gateway_url}/mcp/${one}`, product.api_key)
        expect((await client.listTools()).tools.length).toBeGreaterThan(0)
        await client.close()
      }
    } finally {
      const { code } = await product.stop(signal)
      if (signal !== 'SIGKILL') expect(code).toBe(0)
    }
  },
  120_000,
)

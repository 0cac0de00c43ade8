// What the screens show, one state after the other on one product: nothing, little, a lot, servers that are dead, a registry
// that dies under an open page, and one that is dead.

import { startFixtureServer } from '@gatehouse/testkit'
import type { startApart } from '../src/apart.ts'
import { callTool } from '../src/clients.ts'
import { api } from '../src/product.ts'

type Product = Awaited<ReturnType<typeof startApart>>

export interface State {
  readonly name: string
  /** From the state before to this one. */
  readonly begin: (product: Product) => Promise<void>
  /** What happens while a screen is open, and how it is undone before the next one is. */
  readonly whileOpen?: {
    happen(product: Product): Promise<unknown>
    undo(product: Product): Promise<unknown>
  }
}

export async function prepareStates() {
  const upstream = await startFixtureServer({ eras: 'both' })
  const ask = (product: Product, method: string, path: string, body?: unknown) =>
    api(product.registry_url + path, product.api_key, method, body)
  const server = (slug: string, url: string) => ({
    ...{ slug, name: `Server ${slug}`, url, headers: [], enabled: true, auth_type: '', oauth_mode: '' },
    ...{ oauth_client: null, vendor_id: null, external_system_id: null, era: 'auto', disabled_tools: [] },
    ...{ call_timeout_s: null, max_concurrent: null },
  })
  const bring = async (product: Product, servers: readonly object[]) => {
    const file = { format: 'gatehouse-workspace', version: 1, servers }
    const { status, body } = await ask(product, 'POST', '/v1/import', file)
    if (status !== 200) throw new Error(`the import answered ${status}: ${JSON.stringify(body)}`)
  }
  const states: readonly State[] = [
    { name: 'no-data', begin: async () => undefined },
    {
      name: 'little-data',
      async begin(product) {
        await ask(product, 'POST', '/v1/deepagents/mcp-servers', {
          ...{ name: 'Weather and tides of the North Sea', slug: 'weather', url: upstream.url },
          headers: [{ key: 'X-Api-Key', value: 'a secret' }],
        })
        await ask(product, 'POST', '/v1/api-keys', { name: 'laptop of Ada' })
        await callTool(`${product.gateway_url}/mcp/weather`, product.api_key, 'test_simple_text')
        await callTool(`${product.gateway_url}/mcp/weather`, product.api_key, 'test_error_handling')
        await callTool(`${product.gateway_url}/mcp/weather`, product.api_key, 'no-such-tool')
      },
    },
    {
      name: 'many-rows',
      async begin(product) {
        const words = Array.from({ length: 300 }, (_, at) => `s${String(at).padStart(3, '0')}`)
        await bring(
          product,
          words.map((slug) => server(slug, `${upstream.url}?${slug}`)),
        )
        for (const word of words.slice(0, 60))
          await ask(product, 'POST', '/v1/api-keys', { name: `key ${word}` })
        for (const word of words.slice(0, 30))
          await callTool(`${product.gateway_url}/mcp/${word}`, product.api_key, 'test_simple_text')
      },
    },
    {
      name: 'dead-server',
      async begin(product) {
        await upstream.close()
        await callTool(`${product.gateway_url}/mcp/weather`, product.api_key, 'test_simple_text').catch(
          () => undefined,
        )
      },
    },
    {
      name: 'registry-dies',
      begin: async () => undefined,
      whileOpen: { happen: ({ registry }) => registry.kill(), undo: ({ registry }) => registry.restart() },
    },
    { name: 'dead-registry', begin: async (product) => void (await product.registry.kill()) },
  ]
  return { states, close: () => upstream.close().catch(() => undefined) }
}

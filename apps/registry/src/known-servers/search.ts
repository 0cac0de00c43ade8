// Asks the MCP registry that the operator named (its API is GET /v0.1/servers), by the way out that every server is asked by.

import { AppError } from '@gatehouse/errors'
import type { KnownServer, knownServersQuery } from '@gatehouse/registry-api'
import { z } from 'zod'
import type { Deps } from '../deps.ts'

const pageSize = 20
const maxBytes = 4 * 1024 * 1024

/** What is looked at; a newer registry may say more. */
const listed = z.object({
  servers: z.array(
    z.object({
      server: z.looseObject({
        name: z.string(),
        title: z.string().optional(),
        description: z.string().default(''),
        version: z.string().default(''),
      }),
      _meta: z
        .looseObject({
          'io.modelcontextprotocol.registry/official': z.looseObject({ isLatest: z.boolean() }).optional(),
        })
        .optional(),
    }),
  ),
  metadata: z.object({ nextCursor: z.string().max(1_024).nullish() }).optional(),
})

/** @throws AppError not_found where none is named; upstream_unreachable, upstream_timeout, upstream_invalid, url_not_allowed */
export async function searchKnownServers(
  { config, egress }: Pick<Deps, 'config' | 'egress'>,
  { search, cursor }: z.output<typeof knownServersQuery>,
): Promise<{ data: KnownServer[]; next_cursor: string | null }> {
  const base = config.GATEHOUSE_MCP_REGISTRY_URL
  if (base === undefined)
    throw new AppError('not_found', {
      todo: 'Set GATEHOUSE_MCP_REGISTRY_URL',
      what: 'the operator named no MCP registry',
    })
  const query = new URLSearchParams({ search, limit: String(pageSize), ...(cursor && { cursor }) })
  const response = await egress.fetch(`${base}/v0.1/servers?${query}`, {
    headers: { accept: 'application/json' },
    maxBytes,
  })
  const parsed = listed.safeParse(await response.json().catch(() => undefined))
  if (response.status !== 200 || !parsed.success)
    throw new AppError('upstream_invalid', {
      todo: 'Check GATEHOUSE_MCP_REGISTRY_URL',
      what: `the MCP registry answered ${response.status} and no list of servers`,
    })
  const newest = parsed.data.servers.filter(
    ({ _meta }) => _meta?.['io.modelcontextprotocol.registry/official']?.isLatest !== false,
  )
  return {
    data: newest.map(({ server }) => ({
      ...{ name: server.name, title: server.title ?? null },
      ...{ description: server.description, version: server.version, server },
    })),
    next_cursor: parsed.data.metadata?.nextCursor || null,
  }
}

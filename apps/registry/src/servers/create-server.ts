// Registers a server: checked, sealed and written in one transaction with its audit event; then gateways are told.

import type { Server, createServer as schema } from '@gatehouse/registry-api'
import { v7 as uuidv7 } from 'uuid'
import type { z } from 'zod'
import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Deps } from '../deps.ts'
import { createOnce, type Idempotency } from '../idempotency.ts'
import { readAccounts } from './accounts.ts'
import { authOf, checkProvider } from './check-auth.ts'
import { checkHeaders } from './check-headers.ts'
import { checkUrl, urlKeyOf } from './check-url.ts'
import { showServer } from './find-server.ts'
import { storeHeaders } from './store-headers.ts'
import { takeSlug } from './take-slug.ts'
import { shown, toAudit, toWire } from './to-wire.ts'

export interface Created {
  readonly server: Server
  /** For the header Gatehouse-Notice. */
  readonly notice?: 'duplicate_url'
}

/**
 * @throws AppError url_not_allowed, invalid_header, masked_header_value, conflicting_auth, invalid_parameter, slug_taken,
 * idempotency_conflict
 */
export async function createServer(
  deps: Deps,
  call: Call,
  input: z.output<typeof schema>,
  idempotency?: Idempotency,
): Promise<Created> {
  const { actor } = call
  const { workspaceId } = actor
  const headers = input.headers ?? []
  const auth = authOf(input, { authType: '', oauthMode: '' }, headers.length)
  checkHeaders(headers)
  checkUrl(deps, input.url)
  const now = deps.now()
  let revision = 0
  const done = await createOnce(deps.db, actor, now, idempotency, async (tx) => {
    const [id, generation, url] = [uuidv7(), uuidv7(), input.url.trim()]
    const urlKey = urlKeyOf(url)
    // Only those that the caller may see count.
    const seen = actor.servers && { id: { in: [...actor.servers] } }
    const duplicates = await tx.mcpServer.count({ where: { workspaceId, urlKey, ...seen } })
    if (input.oauth_provider_id) await checkProvider(tx, actor, input.oauth_provider_id)
    const slug = await takeSlug(tx, workspaceId, input.name, input.slug)
    await tx.mcpServer.create({
      data: {
        workspaceId,
        id,
        slug,
        name: input.name,
        url,
        urlKey,
        ...auth,
        oauthProviderId: input.oauth_provider_id ?? null,
        vendorId: input.vendor_id ?? null,
        externalSystemId: input.external_system_id ?? null,
        credentialGeneration: generation,
        createdAt: now,
        updatedAt: now,
      },
      select: { id: true },
    })
    await storeHeaders(deps, tx, { workspaceId, serverId: id, generation }, headers)
    const row = await tx.mcpServer.findUniqueOrThrow({
      where: { workspaceId_id: { workspaceId, id } },
      select: shown,
    })
    await audit(tx, actor, {
      action: 'mcp-server.created',
      objectType: 'mcp-server',
      objectId: id,
      after: toAudit(row),
      requestId: call.requestId,
    })
    const server = toWire(deps.config, actor, row, await readAccounts(tx, actor, [row]))
    revision = await deps.changes.record(tx, { workspaceId, subject: 'server', subjectId: id })
    return { id, made: duplicates > 0 ? { server, notice: 'duplicate_url' as const } : { server } }
  })
  if ('repeatOf' in done) {
    const what = 'it was made by this Idempotency-Key and is gone'
    return { server: await showServer(deps, actor, done.repeatOf, what) }
  }
  deps.changes.published(revision)
  return done.made
}

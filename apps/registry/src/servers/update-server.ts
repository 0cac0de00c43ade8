// Changes a server. Absent members stay; another origin drops the stored headers unless the same request sends them again.

import { AppError } from '@gatehouse/errors'
import type { Server, updateServer as schema } from '@gatehouse/registry-api'
import { v7 as uuidv7 } from 'uuid'
import type { z } from 'zod'
import { type Call, mayReach } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Deps } from '../deps.ts'
import { readAccounts } from './accounts.ts'
import { authOf, checkProvider } from './check-auth.ts'
import { checkHeaders } from './check-headers.ts'
import { checkUrl, urlKeyOf } from './check-url.ts'
import { storeHeaders } from './store-headers.ts'
import { shown, toAudit, toWire } from './to-wire.ts'

type Input = z.output<typeof schema>

export interface Updated {
  readonly server: Server
  readonly notice?: 'headers_dropped'
}

/**
 * @throws AppError mcp_server_not_found, url_not_allowed, invalid_header, masked_header_value, conflicting_auth, invalid_parameter,
 * revocation_pending
 */
export async function updateServer(deps: Deps, call: Call, id: string, input: Input): Promise<Updated> {
  const { actor } = call
  const { workspaceId } = actor
  if (!mayReach(actor, id)) throw new AppError('mcp_server_not_found')
  const sent = input.headers === undefined ? undefined : (input.headers ?? [])
  if (sent) checkHeaders(sent)
  if (input.url !== undefined) checkUrl(deps, input.url)

  const done = await deps.db.inWorkspace(workspaceId, async (tx) => {
    // Two updates of one server wait for each other, so that neither works on what the other is replacing.
    await tx.$queryRaw`SELECT id FROM mcp_server WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`
    const where = { workspaceId_id: { workspaceId, id } }
    const before = await tx.mcpServer.findUnique({ where, select: shown })
    if (!before) throw new AppError('mcp_server_not_found')
    const url = input.url?.trim() ?? before.url
    const moved = new URL(url).origin !== new URL(before.url).origin
    const dropped = moved && sent === undefined && before.headers.length > 0
    const headers = dropped ? [] : sent
    const auth = authOf(input, before, headers?.length ?? before.headers.length)
    if (input.oauth_provider_id) await checkProvider(tx, actor, input.oauth_provider_id, id)
    const generation = headers === undefined ? before.credentialGeneration : uuidv7()
    await tx.mcpServer.update({
      where,
      data: {
        url,
        urlKey: urlKeyOf(url),
        ...auth,
        ...(input.oauth_provider_id !== undefined && { oauthProviderId: input.oauth_provider_id }),
        credentialGeneration: generation,
        updatedAt: deps.now(),
      },
      select: { id: true },
    })
    if (headers) await storeHeaders(deps, tx, { workspaceId, serverId: id, generation }, headers)
    await tx.toolCatalogue.deleteMany({ where: { workspaceId, serverId: id } })
    const after = await tx.mcpServer.findUniqueOrThrow({ where, select: shown })
    await audit(tx, actor, {
      action: 'mcp-server.updated',
      objectType: 'mcp-server',
      objectId: id,
      before: toAudit(before),
      after: toAudit(after),
      requestId: call.requestId,
    })
    const server = toWire(deps.config, actor, after, await readAccounts(tx, actor, [after]))
    const revision = await deps.changes.record(tx, { workspaceId, subject: 'server', subjectId: id })
    return { server, dropped, revision }
  })
  deps.changes.published(done.revision)
  // A replaced credential is out of use when this answers.
  await deps.changes.settled(done.revision)
  return done.dropped ? { server: done.server, notice: 'headers_dropped' } : { server: done.server }
}

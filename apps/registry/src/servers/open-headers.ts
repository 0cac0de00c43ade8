// A server's stored headers as they are to be sent: opened on the way to an upstream or a gateway, and nowhere else.

import { AppError } from '@gatehouse/errors'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import type { Prisma } from '../generated/client.ts'
import { checkHeaders } from './check-headers.ts'

const sealed = {
  id: true,
  workspaceId: true,
  slug: true,
  url: true,
  authType: true,
  oauthMode: true,
  oauthProviderId: true,
  enabled: true,
  credentialGeneration: true,
  headers: { orderBy: { position: 'asc' }, select: { key: true, sealed: true, dataKeyId: true } },
} as const satisfies Prisma.McpServerSelect

export type ReadServer = Prisma.McpServerGetPayload<{ select: typeof sealed }>

/** A server with what is stored for it, in one piece; null where there is none. Open it in the same transaction. */
export async function readSealed(tx: Tx, workspaceId: string, id: string): Promise<ReadServer | null> {
  // The server and its headers are two queries: an update waits for both, so that nothing of one meets the headers of another.
  await tx.$queryRaw`SELECT id FROM mcp_server WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR SHARE`
  return tx.mcpServer.findUnique({ where: { workspaceId_id: { workspaceId, id } }, select: sealed })
}

/** @throws AppError credential_unreadable */
export async function openHeaders(deps: Deps, tx: Tx, server: ReadServer): Promise<[string, string][]> {
  const { workspaceId, id: serverId, credentialGeneration: generation } = server
  const headers: [string, string][] = []
  for (const { key, ...row } of server.headers) {
    const value = await deps.sealer.openHeader(tx, { workspaceId, serverId, key, generation }, row)
    headers.push([key, value.reveal()])
  }
  // The rules of writing hold when sending as well: a row may have come into the database by another way.
  try {
    checkHeaders(headers.map(([key, value]) => ({ key, value })))
  } catch (cause) {
    throw new AppError('credential_unreadable', { what: 'a stored header may not be sent', cause })
  }
  return headers
}

// A server's stored headers as they are to be sent: opened on the way to an upstream or a gateway, and nowhere else.

import { AppError } from '@gatehouse/errors'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import type { Prisma } from '../generated/client.ts'
import { checkHeaders } from './check-headers.ts'

/** What has to be read of a server for it. */
export const sealedHeaders = {
  id: true,
  workspaceId: true,
  credentialGeneration: true,
  headers: { orderBy: { position: 'asc' }, select: { key: true, sealed: true, dataKeyId: true } },
} as const satisfies Prisma.McpServerSelect

type Row = Prisma.McpServerGetPayload<{ select: typeof sealedHeaders }>

/** @throws AppError credential_unreadable */
export async function openHeaders(deps: Deps, tx: Tx, server: Row): Promise<[string, string][]> {
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

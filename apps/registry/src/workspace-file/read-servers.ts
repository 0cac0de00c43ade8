// The servers of a workspace as its file has them, beside what an import has to know of each.

import { authType, eraPin, type FileServer, oauthMode } from '@gatehouse/registry-api'
import type { Tx } from '../db.ts'

export interface PresentServer {
  readonly id: string
  readonly file: FileServer
}

/** By slug, in one order on every database. */
export async function readServers(tx: Tx, workspaceId: string): Promise<PresentServer[]> {
  const clients = new Map((await readClients(tx, workspaceId)).map((one) => [one.id, one]))
  const rows = await tx.mcpServer.findMany({
    where: { workspaceId },
    include: { headers: { orderBy: { position: 'asc' }, select: { key: true } } },
  })
  const servers = rows.map((row): PresentServer => {
    const client = clients.get(row.oauthProviderId ?? '')
    return {
      id: row.id,
      file: {
        slug: row.slug,
        name: row.name,
        url: row.url,
        auth_type: row.authType === '' ? '' : authType.parse(row.authType),
        oauth_mode: row.oauthMode === '' ? '' : oauthMode.parse(row.oauthMode),
        oauth_client: client ? { issuer: client.issuer, client_id: client.clientId } : null,
        headers: row.headers.map(({ key }) => key),
        vendor_id: row.vendorId,
        external_system_id: row.externalSystemId,
        enabled: row.enabled,
        era: eraPin.parse(row.era),
        call_timeout_s: row.callTimeoutS,
        max_concurrent: row.maxConcurrent,
        disabled_tools: [...row.disabledTools].sort(),
      },
    }
  })
  return servers.sort((a, b) => (a.file.slug < b.file.slug ? -1 : 1))
}

/** The clients that were entered by hand, oldest first. */
export const readClients = (tx: Tx, workspaceId: string) =>
  tx.oAuthProvider.findMany({
    where: { workspaceId, kind: 'manual' },
    orderBy: { id: 'asc' },
    select: { id: true, issuer: true, clientId: true },
  })

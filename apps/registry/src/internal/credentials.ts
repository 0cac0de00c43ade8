// Which headers to attach for this caller at this server: opened here, on the way to the gateway, and nowhere else.

import { AppError } from '@gatehouse/errors'
import type { CredentialsAnswer, credentialsRequest } from '@gatehouse/registry-api/internal'
import type { z } from 'zod'
import { findLiveKeyById } from '../api-keys/live-key.ts'
import type { Deps } from '../deps.ts'
import { openHeaders, readSealed } from '../servers/open-headers.ts'

/** @throws AppError mcp_server_not_found, credential_unreadable */
export async function credentials(
  deps: Deps,
  ask: z.output<typeof credentialsRequest>,
): Promise<CredentialsAnswer> {
  return deps.db.inWorkspace(ask.workspace_id, async (tx) => {
    const revision = await deps.changes.current(tx)
    const key = await findLiveKeyById(tx, ask.workspace_id, ask.key_id, deps.now())
    const may =
      key?.permissions.has('mcp-servers:invoke') &&
      (key.servers === null || key.servers.includes(ask.server_id))
    const server = may ? await readSealed(tx, ask.workspace_id, ask.server_id) : null
    if (!server?.enabled) throw new AppError('mcp_server_not_found')
    const headers = await openHeaders(deps, tx, server)
    return { revision, generation: server.credentialGeneration, headers, connection: null, required: null }
  })
}

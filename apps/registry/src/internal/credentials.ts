// Which headers to attach for this caller at this server: opened here, on the way to the gateway, and nowhere else. A token that
// has run out is renewed first (connections/refresh.ts), outside any transaction.

import { AppError } from '@gatehouse/errors'
import type { CredentialsAnswer, credentialsRequest, refusedRequest } from '@gatehouse/registry-api/internal'
import type { z } from 'zod'
import { findLiveKeyById } from '../api-keys/live-key.ts'
import { type Credential, findCredential, type RefusedToken, renewing } from '../connections/credential.ts'
import type { Deps } from '../deps.ts'
import { openHeaders, readSealed } from '../servers/open-headers.ts'

type Ask = z.output<typeof credentialsRequest>

/** @throws AppError mcp_server_not_found, credential_unreadable, upstream_auth_unavailable */
export const credentials = (deps: Deps, ask: Ask): Promise<CredentialsAnswer> =>
  renewing(deps, () => read(deps, ask))

/** The server said 401. @throws AppError as credentials; upstream_auth_failed */
export const refusedCredentials = (
  deps: Deps,
  ask: z.output<typeof refusedRequest>,
): Promise<CredentialsAnswer> =>
  renewing(deps, () => read(deps, ask, { tokenId: ask.token_id, version: ask.version }))

function read(deps: Deps, ask: Ask, refused?: RefusedToken) {
  return deps.db.inWorkspace(ask.workspace_id, async (tx) => {
    const revision = await deps.changes.current(tx)
    const key = await findLiveKeyById(tx, ask.workspace_id, ask.key_id, deps.now())
    const may =
      key?.permissions.has('mcp-servers:invoke') &&
      (key.servers === null || key.servers.includes(ask.server_id))
    const server = may ? await readSealed(tx, ask.workspace_id, ask.server_id) : null
    if (!key || !server?.enabled) throw new AppError('mcp_server_not_found')
    const about = { revision, generation: server.credentialGeneration }
    if (server.authType !== 'oauth')
      return { ...about, headers: await openHeaders(deps, tx, server), connection: null, required: null }
    const found = await findCredential(deps, tx, server, key.userId, refused)
    return 'renew' in found ? found : { ...about, ...toWire(found) }
  })
}

/** The answer is the one place where the token is in the clear. */
function toWire(found: Exclude<Credential, { renew: unknown }>) {
  if ('required' in found) return { headers: [], connection: null, required: found.required }
  const [name, value] = found.header
  const headers: [string, string][] = [[name, value.reveal()]]
  return { headers, connection: found.use, required: null }
}

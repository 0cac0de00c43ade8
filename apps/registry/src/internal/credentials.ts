// Which headers to attach for this caller at this server: opened here, on the way to the gateway, and nowhere else. A token that
// has run out is renewed first (connections/refresh.ts), outside any transaction.

import { AppError } from '@gatehouse/errors'
import type { CredentialsAnswer, credentialsRequest, refusedRequest } from '@gatehouse/registry-api/internal'
import type { z } from 'zod'
import { findLiveKeyById } from '../api-keys/live-key.ts'
import { findCredential, type Ready, type RefusedToken, renewing } from '../connections/credential.ts'
import type { Deps } from '../deps.ts'
import { openHeaders, readSealed } from '../servers/open-headers.ts'

type Ask = z.output<typeof credentialsRequest>

export interface Credentials {
  /** @throws AppError mcp_server_not_found, credential_unreadable, upstream_auth_unavailable */
  find(ask: Ask): Promise<CredentialsAnswer>
  /** The server said 401. @throws AppError as find; upstream_auth_failed */
  refused(ask: z.output<typeof refusedRequest>): Promise<CredentialsAnswer>
}

/**
 * The same question is answered once, however many ask it just now: whoever has heard of a change since then sees by the revision
 * that the answer is older, and asks again.
 */
export function createCredentials(deps: Deps): Credentials {
  const underway = new Map<string, Promise<CredentialsAnswer>>()
  const once = (ask: Ask, refused?: RefusedToken) => {
    const question = JSON.stringify([ask.workspace_id, ask.key_id, ask.server_id, refused])
    const running = underway.get(question)
    if (running) return running
    const started = renewing(deps, () => read(deps, ask, refused))
      .then(toAnswer)
      .finally(() => underway.delete(question))
    underway.set(question, started)
    return started
  }
  return {
    find: (ask) => once(ask),
    refused: (ask) => once(ask, { tokenId: ask.token_id, version: ask.version }),
  }
}

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
      return { about: { ...about, headers: await openHeaders(deps, tx, server) }, found: null }
    const found = await findCredential(deps, tx, server, key.userId, refused)
    return { about: { ...about, headers: [] }, found }
  })
}

interface About {
  readonly revision: number
  readonly generation: string
  /** The stored ones. */
  readonly headers: [string, string][]
}

/** The one place where a token is in the clear. */
function toAnswer({ about, found }: { about: About; found: Ready | null }): CredentialsAnswer {
  if (found === null) return { ...about, connection: null, required: null }
  if ('required' in found) return { ...about, connection: null, required: found.required }
  const [name, value] = found.header
  return { ...about, headers: [[name, value.reveal()]], connection: found.use, required: null }
}

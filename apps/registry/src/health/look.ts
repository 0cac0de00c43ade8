// One look at a server, on the way that its calls take: through the gateway where the services' credential serves, else only at
// its URL.

import type { Deps } from '../deps.ts'
import { readAccounts, wantsAccount } from '../servers/accounts.ts'
import { type CallServer, createCallServer } from './call-server.ts'
import { createHealthKeys } from './health-key.ts'
import { reachServer } from './reach-server.ts'
import type { Seen } from './seen.ts'
import { writeSeen } from './write-seen.ts'

export interface Looked {
  readonly workspaceId: string
  readonly id: string
  readonly slug: string
  readonly url: string
  readonly authType: string
  readonly oauthMode: string
  readonly oauthProviderId: string | null
}

export interface Looks {
  /** Writes down what it shows. @param stop aborts it: then it throws, and nothing is written */
  look(server: Looked, withinMs: number, stop?: AbortSignal): Promise<Seen>
  close(): Promise<void>
}

export function createLooks(deps: Pick<Deps, 'config' | 'db' | 'egress' | 'health' | 'now'>): Looks {
  const gateway = deps.egress.internalClient(new URL(deps.config.GATEWAY_URL).origin, { connections: 32 })
  const callServer = createCallServer(deps, gateway, createHealthKeys(deps))
  return {
    async look(server, withinMs, stop) {
      const at = deps.now()
      const seen = await see(deps, callServer, server, withinMs, stop)
      await writeSeen(deps, server.workspaceId, server.id, seen, at)
      return seen
    },
    close: () => gateway.destroy(),
  }
}

async function see(
  deps: Pick<Deps, 'db' | 'egress'>,
  callServer: CallServer,
  server: Looked,
  withinMs: number,
  stop: AbortSignal | undefined,
): Promise<Seen> {
  const { workspaceId } = server
  if (wantsAccount(server)) {
    const accounts = await deps.db.inWorkspace(workspaceId, (tx) =>
      readAccounts(tx, { workspaceId, userId: null }, [server]),
    )
    const without = server.oauthMode === 'per_user_dynamic_client' ? 'reachable' : 'needs_account'
    if (!accounts.get(server.id)?.isConnected) return reachServer(deps, server.url, without, withinMs)
  }
  return callServer(server, withinMs, stop)
}

// The keys with which the registry calls servers through the gateway, one for each workspace, kept in no list. A secret of it is
// good for an hour, never leaves this process but for the gateway, and may do nothing but call.

import { insertKey, insertSecret } from '../api-keys/insert-key.ts'
import { keyEnv } from '../api-keys/to-wire.ts'
import type { Deps } from '../deps.ts'

const livesMs = 60 * 60_000
const renewMs = 10 * 60_000

export interface HealthKeys {
  tokenOf(workspaceId: string): Promise<string>
  /** The gateway did not take it. */
  drop(workspaceId: string): void
}

export function createHealthKeys(deps: Pick<Deps, 'db' | 'now' | 'config'>): HealthKeys {
  const known = new Map<string, { readonly token: Promise<string>; readonly until: number }>()
  const make = (workspaceId: string, secretExpiresAt: Date) =>
    deps.db.inWorkspace(workspaceId, async (tx) => {
      const expiresAt = secretExpiresAt
      const env = keyEnv(deps.config)
      const row = await tx.apiKey.findFirst({
        where: { workspaceId, purpose: 'health' },
        select: { id: true },
      })
      if (row === null) {
        const about = { workspaceId, name: 'Health check', kind: 'service', purpose: 'health' } as const
        const may = {
          permissions: ['mcp-servers:invoke'],
          servers: null,
          ownerId: null,
          rateLimit: null,
        } as const
        const { key } = await insertKey(tx, env, { ...about, ...may, expiresAt, secretExpiresAt })
        return key
      }
      const where = { workspaceId_id: { workspaceId, id: row.id } }
      await tx.apiKey.update({ where, data: { expiresAt }, select: { id: true } })
      return insertSecret(tx, env, workspaceId, row.id, secretExpiresAt)
    })
  return {
    tokenOf(workspaceId) {
      const now = deps.now().getTime()
      const had = known.get(workspaceId)
      if (had && had.until - renewMs > now) return had.token
      const until = now + livesMs
      const token = make(workspaceId, new Date(until))
      known.set(workspaceId, { token, until })
      token.catch(() => known.delete(workspaceId))
      return token
    },
    drop: (workspaceId) => void known.delete(workspaceId),
  }
}

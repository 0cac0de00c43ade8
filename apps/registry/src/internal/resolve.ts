// Who has this key, and which servers may it reach? One transaction; the revision is read first, so that nothing in the
// answer is older than it says.

import type {
  ResolveAnswer,
  ResolvedCaller,
  ResolvedServer,
  resolveRequest,
} from '@gatehouse/registry-api/internal'
import type { z } from 'zod'
import { findLiveKey, type LiveKey } from '../api-keys/live-key.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'

/** `caller: null` for every key that is not good, whatever the reason. */
export async function resolve(deps: Deps, ask: z.output<typeof resolveRequest>): Promise<ResolveAnswer> {
  return deps.db.asSystem(async (tx) => {
    const revision = await deps.changes.current(tx)
    const key = await findLiveKey(tx, ask.key_digest, deps.now())
    if (key === null) return { revision, caller: null, servers: [] }
    return { revision, caller: toCaller(key), servers: await reachable(tx, key, ask.slug) }
  })
}

/** Enabled servers that the caller may invoke, ordered by slug. */
async function reachable(tx: Tx, key: LiveKey, slug: string | null): Promise<ResolvedServer[]> {
  if (!key.permissions.has('mcp-servers:invoke')) return []
  const rows = await tx.mcpServer.findMany({
    where: {
      workspaceId: key.workspaceId,
      enabled: true,
      ...(slug === null ? {} : { slug }),
      ...(key.servers === null ? {} : { id: { in: [...key.servers] } }),
    },
    orderBy: { slug: 'asc' },
    select: {
      id: true,
      slug: true,
      name: true,
      url: true,
      authType: true,
      credentialGeneration: true,
      era: true,
      callTimeoutS: true,
      maxConcurrent: true,
      disabledTools: true,
      captureUntil: true,
    },
  })
  return rows.map((row) => ({
    id: row.id,
    slug: row.slug,
    name: row.name,
    url: row.url,
    // Both columns are written from the schemas that these types come from.
    auth_type: row.authType as ResolvedServer['auth_type'],
    era: row.era as ResolvedServer['era'],
    credential_generation: row.credentialGeneration,
    call_timeout_ms: row.callTimeoutS === null ? null : row.callTimeoutS * 1_000,
    max_concurrent: row.maxConcurrent,
    disabled_tools: row.disabledTools,
    ...(row.captureUntil !== null && { capture_until_ms: row.captureUntil.getTime() }),
  }))
}

const toCaller = (key: LiveKey): ResolvedCaller => ({
  key_id: key.id,
  key_name: key.name,
  kind: key.purpose === 'health' ? 'health' : key.kind,
  workspace_id: key.workspaceId,
  user_id: key.userId,
  permissions: [...key.permissions],
  rate_limit: key.rateLimit,
  expires_at_ms: key.expiresAt?.getTime() ?? null,
})

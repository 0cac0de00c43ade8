// What servers and keys are called: as they are now, and those that are gone as their last call says.

import type { Tx } from '../db.ts'
import type { Group } from './cells.ts'

/** Names by id; an id that nothing knows any more has none. */
export async function readNames(
  tx: Tx,
  workspaceId: string,
  groups: readonly Group[],
): Promise<ReadonlyMap<string, string>> {
  const servers = [...new Set(groups.flatMap(({ server_id }) => server_id ?? []))]
  const keys = [...new Set(groups.flatMap(({ key_id }) => key_id ?? []))]
  const rows = await tx.$queryRaw<{ id: string; name: string | null }[]>`
    SELECT id::text, COALESCE(
      (SELECT s.slug FROM mcp_server s WHERE s.workspace_id = ${workspaceId}::uuid AND s.id = asked.id),
      (SELECT c.server_slug FROM call_record c WHERE c.workspace_id = ${workspaceId}::uuid AND c.server_id = asked.id
        ORDER BY c.started_at DESC, c.id DESC LIMIT 1)) AS name
    FROM unnest(${servers}::uuid[]) AS asked(id)
    UNION ALL
    SELECT id, COALESCE(
      (SELECT k.name FROM api_key k WHERE k.workspace_id = ${workspaceId}::uuid AND k.id::text = asked.id),
      (SELECT c.caller_name FROM call_record c WHERE c.workspace_id = ${workspaceId}::uuid AND c.caller_key_id = asked.id
        ORDER BY c.started_at DESC, c.id DESC LIMIT 1))
    FROM unnest(${keys}::text[]) AS asked(id)`
  return new Map(rows.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const])))
}

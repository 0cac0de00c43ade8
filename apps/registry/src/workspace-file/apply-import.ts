// Writes what was planned, in a few statements however many servers there are: their rows travel as one JSON text.

import { AppError } from '@gatehouse/errors'
import type { FileServer } from '@gatehouse/registry-api'
import { v7 as uuidv7 } from 'uuid'
import type { Json } from '../audit.ts'
import type { Tx } from '../db.ts'
import { urlKeyOf } from '../servers/check-url.ts'
import type { Planned, Present } from './plan-import.ts'

interface Place {
  readonly workspaceId: string
  readonly now: Date
  readonly clientOf: Present['clientOf']
}

/** @returns their ids @throws AppError slug_taken where somebody took one meanwhile */
export async function createServers(tx: Tx, place: Place, plan: readonly Planned[]): Promise<string[]> {
  if (plan.length === 0) return []
  const { workspaceId, now } = place
  const rows = plan.map(({ wanted }) => ({ ...rowOf(place, uuidv7(), wanted), generation: uuidv7() }))
  const json = JSON.stringify(rows)
  const taken = await tx.$executeRaw`
    INSERT INTO server_slug (workspace_id, slug)
    SELECT ${workspaceId}::uuid, slug FROM jsonb_to_recordset(${json}::jsonb) AS r(slug text)
    ON CONFLICT DO NOTHING`
  if (taken !== rows.length)
    throw new AppError('slug_taken', {
      todo: 'Import the file again',
      what: 'somebody has just registered a server of this slug',
    })
  await tx.$executeRaw`
    INSERT INTO mcp_server (workspace_id, id, slug, name, url, url_key, auth_type, oauth_mode, oauth_provider_id, vendor_id,
      external_system_id, enabled, era, call_timeout_s, max_concurrent, disabled_tools, credential_generation,
      created_at, updated_at)
    SELECT ${workspaceId}::uuid, id, slug, name, url, url_key, auth_type, oauth_mode, client, vendor_id,
      external_system_id, enabled, era, call_timeout_s, max_concurrent, disabled_tools, generation, ${now}::timestamptz, ${now}::timestamptz
    FROM jsonb_to_recordset(${json}::jsonb) AS r(id uuid, slug text, name text, url text, url_key text, auth_type text,
      oauth_mode text, client uuid, vendor_id text, external_system_id text, enabled boolean, era text,
      call_timeout_s integer, max_concurrent integer, disabled_tools text[], generation uuid)`
  return rows.map(({ id }) => id)
}

export interface Updated {
  readonly id: string
  readonly slug: string
  /** The changed fields. */
  readonly before: Readonly<Record<string, Json | null>>
  readonly after: Readonly<Record<string, Json | null>>
}

export async function updateServers(tx: Tx, place: Place, plan: readonly Planned[]): Promise<Updated[]> {
  if (plan.length === 0) return []
  const { workspaceId, now } = place
  const rows = plan.map(({ present, wanted, step: { changes } }) => {
    if (!present) throw new Error('an update has a server')
    const isChanged = (field: string) => changes.some((one) => one.field === field)
    return {
      ...rowOf(place, present.id, wanted),
      // One that was registered by itself is in no file: it stays unless the file names another.
      has_client: isChanged('oauth_client'),
      has_moved: isChanged('url'),
    }
  })
  const json = JSON.stringify(rows)
  await tx.$executeRaw`
    UPDATE mcp_server AS m SET name = r.name, url = r.url, url_key = r.url_key, auth_type = r.auth_type,
      oauth_mode = r.oauth_mode, enabled = r.enabled, era = r.era, call_timeout_s = r.call_timeout_s,
      max_concurrent = r.max_concurrent, disabled_tools = r.disabled_tools, updated_at = ${now}::timestamptz,
      oauth_provider_id = CASE WHEN r.has_client THEN r.client ELSE m.oauth_provider_id END
    FROM jsonb_to_recordset(${json}::jsonb) AS r(id uuid, name text, url text, url_key text, auth_type text,
      oauth_mode text, client uuid, enabled boolean, era text, call_timeout_s integer, max_concurrent integer,
      disabled_tools text[], has_client boolean)
    WHERE m.workspace_id = ${workspaceId}::uuid AND m.id = r.id`
  await tx.$executeRaw`
    DELETE FROM tool_catalogue AS t USING jsonb_to_recordset(${json}::jsonb) AS r(id uuid, has_moved boolean)
    WHERE t.workspace_id = ${workspaceId}::uuid AND t.server_id = r.id AND r.has_moved`
  return plan.map(({ wanted: { slug }, step: { changes } }, at): Updated => {
    const side = (which: 'before' | 'after') =>
      Object.fromEntries(changes.map((one) => [one.field, one[which] as Json | null])) // of fileServer
    return { id: rows[at]?.id ?? '', slug, before: side('before'), after: side('after') }
  })
}

const rowOf = ({ clientOf }: Place, id: string, wanted: FileServer) => ({
  id,
  slug: wanted.slug,
  name: wanted.name,
  url: wanted.url,
  url_key: urlKeyOf(wanted.url),
  auth_type: wanted.auth_type,
  oauth_mode: wanted.oauth_mode,
  client: wanted.oauth_client ? (clientOf(wanted.oauth_client) ?? null) : null,
  vendor_id: wanted.vendor_id,
  external_system_id: wanted.external_system_id,
  enabled: wanted.enabled,
  era: wanted.era,
  call_timeout_s: wanted.call_timeout_s,
  max_concurrent: wanted.max_concurrent,
  disabled_tools: wanted.disabled_tools,
})

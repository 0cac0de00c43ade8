// Writes what was planned: new servers in a few statements however many there are, changed ones one by one.

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

/** As many rows as one statement has parameters for. */
const atOnce = 1_000

/** @returns their ids @throws AppError slug_taken where somebody took one meanwhile */
export async function createServers(tx: Tx, place: Place, plan: readonly Planned[]): Promise<string[]> {
  const { workspaceId, now } = place
  const ids: string[] = []
  for (let from = 0; from < plan.length; from += atOnce) {
    const part = plan.slice(from, from + atOnce)
    const slugs = part.map(({ wanted: { slug } }) => ({ workspaceId, slug }))
    const { count } = await tx.serverSlug.createMany({ data: slugs, skipDuplicates: true })
    if (count !== part.length)
      throw new AppError('slug_taken', {
        todo: 'Import the file again',
        what: 'somebody has just registered a server of this slug',
      })
    const rows = part.map(({ wanted }) => ({
      ...{ workspaceId, id: uuidv7(), slug: wanted.slug, credentialGeneration: uuidv7(), createdAt: now },
      ...columns(place, wanted),
      ...{ vendorId: wanted.vendor_id, externalSystemId: wanted.external_system_id },
    }))
    await tx.mcpServer.createMany({ data: rows })
    ids.push(...rows.map(({ id }) => id))
  }
  return ids
}

interface Updated {
  readonly id: string
  readonly slug: string
  /** The changed fields. */
  readonly before: Readonly<Record<string, Json | null>>
  readonly after: Readonly<Record<string, Json | null>>
}

export async function updateServers(tx: Tx, place: Place, plan: readonly Planned[]): Promise<Updated[]> {
  const { workspaceId } = place
  const done: Updated[] = []
  for (const { present, wanted, step } of plan) {
    if (!present) throw new Error('an update has a server')
    const { id } = present
    // One that was registered by itself is in no file: it stays unless the file names another.
    const { oauthProviderId, ...rest } = columns(place, wanted)
    const isOther = step.changes.some(({ field }) => field === 'oauth_client')
    const data = { ...rest, ...(isOther && { oauthProviderId }) }
    await tx.mcpServer.update({
      where: { workspaceId_id: { workspaceId, id } },
      data,
      select: { id: true },
    })
    if (present.file.url !== wanted.url)
      await tx.toolCatalogue.deleteMany({ where: { workspaceId, serverId: id } })
    const side = (which: 'before' | 'after') =>
      Object.fromEntries(step.changes.map((one) => [one.field, one[which] as Json | null])) // of fileServer
    done.push({ id, slug: wanted.slug, before: side('before'), after: side('after') })
  }
  return done
}

const columns = ({ now, clientOf }: Place, wanted: FileServer) => ({
  name: wanted.name,
  url: wanted.url,
  urlKey: urlKeyOf(wanted.url),
  authType: wanted.auth_type,
  oauthMode: wanted.oauth_mode,
  oauthProviderId: wanted.oauth_client ? (clientOf(wanted.oauth_client) ?? null) : null,
  enabled: wanted.enabled,
  era: wanted.era,
  callTimeoutS: wanted.call_timeout_s,
  maxConcurrent: wanted.max_concurrent,
  disabledTools: wanted.disabled_tools,
  updatedAt: now,
})

// Imports a file in one transaction: everything that it plans and one audit event, or nothing. Gateways are told; when this has
// answered, what was switched off or moved is out of use.

import { AppError } from '@gatehouse/errors'
import type { ImportResult, importQuery, WorkspaceFile } from '@gatehouse/registry-api'
import type { z } from 'zod'
import type { Call } from '../actor.ts'
import { audit } from '../audit.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { checkUrl } from '../servers/check-url.ts'
import { changeKeeping, findKeeping, storeKeeping } from '../settings/settings.ts'
import { createServers, updateServers } from './apply-import.ts'
import { type Planned, type Present, planImport } from './plan-import.ts'
import { readClients, readServers } from './read-servers.ts'

/** @throws AppError import_conflict, revocation_pending */
export async function importWorkspace(
  deps: Deps,
  { actor, requestId }: Call,
  file: WorkspaceFile,
  { dry_run: isDryRun, conflicts }: z.output<typeof importQuery>,
): Promise<ImportResult> {
  const { workspaceId } = actor
  const done = await deps.db.patient.inWorkspace(workspaceId, async (tx) => {
    // Whoever else changes or deletes one of them waits.
    if (!isDryRun) {
      await tx.$queryRaw`SELECT id FROM workspace WHERE id = ${workspaceId}::uuid FOR UPDATE`
      await tx.$queryRaw`SELECT id FROM mcp_server WHERE workspace_id = ${workspaceId}::uuid ORDER BY id FOR UPDATE`
    }
    const present = await readPresent(deps, tx, workspaceId)
    const plan = planImport(file, present)
    const keeping = changeKeeping(await findKeeping(tx, workspaceId), file.settings ?? {})
    const settings = keeping.changed.map((field) => ({
      ...{ field, before: keeping.before[field], after: keeping.after[field] },
    }))
    const named = new Set(file.servers.map(({ slug }) => slug))
    const untouched = [...present.servers.keys()].filter((slug) => !named.has(slug)).length
    const result = { applied: !isDryRun, settings, servers: plan.map(({ step }) => step), untouched }
    if (isDryRun) return { result }
    if (conflicts === 'refuse') refuseConflicts(plan)
    const of = (action: Planned['step']['action']) => plan.filter(({ step }) => step.action === action)
    const place = { workspaceId, now: deps.now(), clientOf: present.clientOf }
    const created = await createServers(tx, place, of('create'))
    const updated = await updateServers(tx, place, of('update'))
    if (keeping.isChanged) await storeKeeping(tx, workspaceId, keeping.wanted, place.now)
    const touched = [...created, ...updated.map(({ id }) => id)]
    if (touched.length === 0 && !keeping.isChanged) return { result }
    await audit(tx, actor, {
      action: 'workspace.imported',
      objectType: 'workspace',
      objectId: workspaceId,
      before: {
        ...keeping.before,
        servers: updated.map(({ slug, before }) => ({ slug, ...before })),
      },
      after: {
        ...keeping.after,
        created: of('create').map(({ step }) => step.slug),
        servers: updated.map(({ slug, after }) => ({ slug, ...after })),
        left_out: of('conflict').map(({ step }) => step.slug),
      },
      requestId,
    })
    if (touched.length === 0) return { result }
    const changed = touched.map((subjectId) => ({ workspaceId, subject: 'server' as const, subjectId }))
    return { result, revision: await deps.changes.recordAll(tx, changed) }
  })
  if (done.revision !== undefined) {
    deps.changes.published(done.revision)
    await deps.changes.settled(done.revision)
  }
  return done.result
}

async function readPresent(deps: Deps, tx: Tx, workspaceId: string): Promise<Present> {
  const servers = await readServers(tx, workspaceId)
  const slugs = await tx.serverSlug.findMany({ where: { workspaceId }, select: { slug: true } })
  const clients = await readClients(tx, workspaceId)
  return {
    servers: new Map(servers.map((one) => [one.file.slug, one])),
    usedSlugs: new Set(slugs.map(({ slug }) => slug)),
    clientOf: ({ issuer, client_id }) =>
      clients.find((one) => one.issuer === issuer && one.clientId === client_id)?.id,
    checkUrl: (url) => void checkUrl(deps, url),
  }
}

/** @throws AppError import_conflict with `conflicts` */
function refuseConflicts(plan: readonly Planned[]): void {
  const found = plan.flatMap(({ step: { slug, problem } }) => (problem === null ? [] : [{ slug, problem }]))
  if (found.length === 0) return
  const [first] = found
  const more = found.length > 1 ? `; and ${found.length - 1} more` : ''
  throw new AppError('import_conflict', {
    what: `${first?.slug}: ${first?.problem}${more}`,
    data: { conflicts: found },
  })
}

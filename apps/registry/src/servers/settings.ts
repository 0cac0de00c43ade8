// A server's settings: what gateways go by beside its address and headers. Told to them like every other change.

import { AppError } from '@gatehouse/errors'
import {
  eraPin,
  type ServerSettings,
  type updateServerSettings as schema,
  toTimestamp,
} from '@gatehouse/registry-api'
import type { z } from 'zod'
import { type Actor, type Call, mayReach } from '../actor.ts'
import { audit } from '../audit.ts'
import { runningUntil } from '../capture/set-capture.ts'
import type { Deps } from '../deps.ts'
import type { Prisma } from '../generated/client.ts'
import { checkIfMatch } from '../versions.ts'
import { type Accounts, readAccounts } from './accounts.ts'
import { shown, toAudit, toWire } from './to-wire.ts'

const settingsShown = {
  ...shown,
  headers: { ...shown.headers, select: { ...shown.headers.select, createdAt: true } },
  era: true,
  callTimeoutS: true,
  maxConcurrent: true,
  disabledTools: true,
  captureUntil: true,
  speaksLegacy: true,
  speaksModern: true,
  erasCheckedAt: true,
} as const satisfies Prisma.McpServerSelect

type Row = Prisma.McpServerGetPayload<{ select: typeof settingsShown }>

/** @throws AppError mcp_server_not_found */
export async function findSettings(deps: Deps, actor: Actor, id: string): Promise<ServerSettings> {
  const { workspaceId } = actor
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    const where = { workspaceId_id: { workspaceId, id } }
    const row = mayReach(actor, id) ? await tx.mcpServer.findUnique({ where, select: settingsShown }) : null
    if (!row) throw new AppError('mcp_server_not_found')
    return toSettings(deps, actor, row, await readAccounts(tx, actor, [row]))
  })
}

/** @throws AppError mcp_server_not_found, version_conflict, revocation_pending */
export async function updateSettings(
  deps: Deps,
  call: Call,
  id: string,
  input: z.output<typeof schema>,
  ifMatch: string | undefined,
): Promise<ServerSettings> {
  const { name, enabled, era, call_timeout_s: callTimeoutS, max_concurrent: maxConcurrent } = input
  const { row, accounts } = await change(deps, call, id, (before) => {
    checkIfMatch(ifMatch, editableOf(toSettings(deps, call.actor, before, new Map())))
    return {
      ...(name !== undefined && { name }),
      ...(enabled !== undefined && { enabled }),
      ...(era !== undefined && { era }),
      ...(callTimeoutS !== undefined && { callTimeoutS }),
      ...(maxConcurrent !== undefined && { maxConcurrent }),
    }
  })
  return toSettings(deps, call.actor, row, accounts)
}

/** What two people could change at once: the version goes by this, so that a switched tool is in nobody's way. */
export const editableOf = ({ name, enabled, era, call_timeout_s, max_concurrent }: ServerSettings) => ({
  ...{ name, enabled, era, call_timeout_s, max_concurrent },
})

/**
 * @param switched from the names that are off to those that shall be
 * @throws AppError mcp_server_not_found, revocation_pending
 */
export async function setDisabledTools(
  deps: Deps,
  call: Call,
  id: string,
  switched: (disabled: readonly string[]) => string[],
): Promise<string[]> {
  const { row } = await change(deps, call, id, (before) => ({
    disabledTools: switched(before.disabledTools),
  }))
  return row.disabledTools
}

async function change(
  deps: Deps,
  call: Call,
  id: string,
  changed: (before: Row) => Prisma.McpServerUpdateInput,
): Promise<{ row: Row; accounts: Accounts }> {
  const { actor } = call
  const { workspaceId } = actor
  if (!mayReach(actor, id)) throw new AppError('mcp_server_not_found')
  const { after, accounts, revision } = await deps.db.inWorkspace(workspaceId, async (tx) => {
    await tx.$queryRaw`SELECT id FROM mcp_server WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`
    const where = { workspaceId_id: { workspaceId, id } }
    const before = await tx.mcpServer.findUnique({ where, select: settingsShown })
    if (!before) throw new AppError('mcp_server_not_found')
    const data = { ...changed(before), updatedAt: deps.now() }
    const after = await tx.mcpServer.update({ where, data, select: settingsShown })
    await audit(tx, actor, {
      action: 'mcp-server.updated',
      objectType: 'mcp-server',
      objectId: id,
      before: forAudit(before),
      after: forAudit(after),
      requestId: call.requestId,
    })
    const accounts = await readAccounts(tx, actor, [after])
    const revision = await deps.changes.record(tx, { workspaceId, subject: 'server', subjectId: id })
    return { after, accounts, revision }
  })
  deps.changes.published(revision)
  await deps.changes.settled(revision)
  return { row: after, accounts }
}

function forAudit(row: Row) {
  const { speaksLegacy: _, speaksModern: __, erasCheckedAt: ___, captureUntil: ____, ...rest } = row
  return toAudit(rest)
}

function toSettings({ config, now }: Deps, actor: Actor, row: Row, accounts: Accounts): ServerSettings {
  const captureUntil = runningUntil(row.captureUntil, now())
  const server = toWire(config, actor, row, accounts)
  const stored = row.headers.map(({ key, fingerprint, createdAt }) => ({
    ...{ key, fingerprint, stored_at: toTimestamp(createdAt) },
  }))
  return {
    ...server,
    ...(server.headers && { stored_headers: stored }),
    era: eraPin.parse(row.era),
    call_timeout_s: row.callTimeoutS,
    max_concurrent: row.maxConcurrent,
    disabled_tools: row.disabledTools,
    eras: row.erasCheckedAt && {
      legacy: row.speaksLegacy,
      modern: row.speaksModern,
      checked_at: toTimestamp(row.erasCheckedAt),
    },
    capture_until: captureUntil && toTimestamp(captureUntil),
  }
}

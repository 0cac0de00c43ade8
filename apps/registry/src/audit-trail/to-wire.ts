// Audit events as the API shows them, and the conditions that a query puts on them.

import { type AuditEvent, type auditFilter, auditEvent as schema, toTimestamp } from '@gatehouse/registry-api'
import type { z } from 'zod'
import type { Prisma } from '../generated/client.ts'

export const toWire = (row: Prisma.AuditEventGetPayload<object>): AuditEvent => ({
  seq: Number(row.seq),
  id: row.id,
  at: toTimestamp(row.at),
  actor_type: schema.shape.actor_type.parse(row.actorType),
  actor_id: row.actorId,
  actor_name: row.actorName,
  action: row.action,
  object_type: row.objectType,
  object_id: row.objectId,
  before: row.before,
  after: row.after,
  request_id: row.requestId,
  previous_hash: Buffer.from(row.previousHash).toString('hex'),
  hash: Buffer.from(row.hash).toString('hex'),
})

/** The events of this workspace that a query means. */
export const meant = (
  workspaceId: string,
  query: z.output<typeof auditFilter>,
): Prisma.AuditEventWhereInput => ({
  workspaceId,
  ...(query.action === undefined ? {} : { action: query.action }),
  ...(query.actor_id === undefined ? {} : { actorId: query.actor_id }),
  ...(query.object_type === undefined ? {} : { objectType: query.object_type }),
  ...(query.object_id === undefined ? {} : { objectId: query.object_id }),
  at: {
    ...(query.since === undefined ? {} : { gte: new Date(query.since) }),
    ...(query.until === undefined ? {} : { lt: new Date(query.until) }),
  },
})

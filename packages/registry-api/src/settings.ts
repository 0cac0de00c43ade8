// Settings of a workspace, and the gateways that serve it.

import { z } from 'zod'
import { timestamp, uuid } from './primitives.ts'

const days = z.int().min(1).max(365)
const auditDays = z.int().min(30).max(3_650)

export const workspaceSettings = z.object({
  /** How long call records are kept; null: as long as the installation keeps them. */
  call_record_days: days.nullable(),
  /** The installation's: GATEHOUSE_CALL_RECORD_DAYS. */
  default_call_record_days: days,
  /** How long what captured calls said is kept, never longer than their records; null: as the next member says. */
  captured_body_days: days.nullable(),
  default_captured_body_days: days,
  /** How long audit events are kept; null: for ever. */
  audit_days: auditDays.nullable(),
})
export type WorkspaceSettings = z.output<typeof workspaceSettings>

/** Body of `PATCH /v1/settings`; absent members stay. */
export const updateWorkspaceSettings = z.strictObject({
  call_record_days: days.nullable().optional(),
  captured_body_days: days.nullable().optional(),
  audit_days: auditDays.nullable().optional(),
})
export type UpdateWorkspaceSettings = z.input<typeof updateWorkspaceSettings>

/** One with a lease: it serves calls. They serve every workspace of the installation. */
export const gateway = z.object({
  id: uuid,
  /** "" where it does not tell. */
  version: z.string(),
  /** Where other gateways reach it; null where they can't. */
  address: z.string().nullable(),
  /** Until when it goes on without the registry; prolonged every few seconds. */
  lease_expires_at: timestamp,
  /** True where it has acknowledged every change so far. */
  up_to_date: z.boolean(),
})
export type Gateway = z.output<typeof gateway>

/** Answer of `GET /v1/gateways`. */
export const gateways = z.object({ data: z.array(gateway) })
export type Gateways = z.output<typeof gateways>

// A call record on its way in (from a gateway's report to a row) and out (to people and programs).

import { type Call, type CallReport, call, toTimestamp } from '@gatehouse/registry-api'
import type { Prisma } from '../generated/client.ts'

export type CallRow = Prisma.CallRecordGetPayload<object>

/** PostgreSQL's text has no NUL and no half characters, and one such from a client must not cost its whole batch. */
const text = (value: string) => value.replaceAll('\u0000', '\ufffd').toWellFormed()
const orNull = (value: string | null) => (value === null ? null : text(value))
const int = (value: number) => Math.min(value, 2_147_483_647)

export const toRow = (report: CallReport): CallRow => ({
  workspaceId: report.workspace_id,
  id: report.id,
  startedAt: new Date(report.started_at_ms),
  requestId: text(report.request_id),
  callerKeyId: text(report.caller_key_id),
  callerName: text(report.caller_name),
  serverId: report.server_id,
  serverSlug: orNull(report.server_slug),
  path: report.path,
  era: report.era,
  method: text(report.method),
  tool: orNull(report.tool),
  httpStatus: int(report.http_status),
  outcome: report.outcome,
  errorCode: orNull(report.error_code),
  durationMs: report.duration_ms,
  upstreamMs: report.upstream_ms,
  requestBytes: int(report.request_bytes),
  responseBytes: int(report.response_bytes),
  attachedHeaders: report.attached_headers.map(text),
  captured: report.captured ?? false,
  authenticateMs: report.authenticate_ms ?? null,
  policyMs: report.policy_ms ?? null,
  credentialMs: report.credential_ms ?? null,
})

const words = call.pick({ path: true, era: true, outcome: true })

export const toWire = (row: CallRow): Call => ({
  id: row.id,
  started_at: toTimestamp(row.startedAt),
  request_id: row.requestId,
  caller_key_id: row.callerKeyId,
  caller_name: row.callerName,
  server_id: row.serverId,
  server_slug: row.serverSlug,
  ...words.parse({ path: row.path, era: row.era, outcome: row.outcome }),
  method: row.method,
  tool: row.tool,
  http_status: row.httpStatus,
  error_code: row.errorCode,
  duration_ms: row.durationMs,
  upstream_ms: row.upstreamMs,
  request_bytes: row.requestBytes,
  response_bytes: row.responseBytes,
  attached_headers: row.attachedHeaders,
  captured: row.captured,
  authenticate_ms: row.authenticateMs,
  policy_ms: row.policyMs,
  credential_ms: row.credentialMs,
})

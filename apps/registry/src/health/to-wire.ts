// A server's health as programs see it.

import { type Health, healthState, toTimestamp } from '@gatehouse/registry-api'
import type { ServerHealth } from '../generated/client.ts'
import type { Reason } from './seen.ts'

/** A server that is switched off is disabled, whatever was seen of it; one without a row was not looked at yet. */
export function toHealth(server: { readonly enabled: boolean }, row: ServerHealth | null): Health {
  const state = server.enabled ? healthState.parse(row?.state ?? 'unknown') : 'disabled'
  return {
    state,
    since: row?.checkedAt && server.enabled ? toTimestamp(row.since) : null,
    checked_at: row?.checkedAt ? toTimestamp(row.checkedAt) : null,
    last_success_at: row?.lastSuccessAt ? toTimestamp(row.lastSuccessAt) : null,
    measured: (row?.measured ?? null) as Health['measured'], // a column that only this app writes
    reason:
      row?.code && server.enabled
        ? { code: row.code, http_status: row.httpStatus, detail: row.detail ?? row.code }
        : null,
  }
}

export const toReason = (reason: Reason | null): Health['reason'] =>
  reason && { code: reason.code, http_status: reason.httpStatus, detail: reason.detail }

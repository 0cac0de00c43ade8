// What the filters of calls mean: as a condition of a query, and for one record as it comes by.

import type { Call as CallRecord, callStreamQuery } from '@gatehouse/registry-api'
import type { z } from 'zod'
import type { Prisma } from '../generated/client.ts'

export type CallFilter = z.output<typeof callStreamQuery>

export function toWhere(filter: CallFilter): Prisma.CallRecordWhereInput {
  const { server, tool, outcome, method, key, http_status, error_code, request_id } = filter
  return {
    ...(server !== undefined && { serverId: server.toLowerCase() }),
    ...(tool !== undefined && { tool }),
    ...(outcome !== undefined && { outcome }),
    ...(method !== undefined && { method }),
    ...(key !== undefined && { callerKeyId: key.toLowerCase() }),
    ...(http_status !== undefined && { httpStatus: http_status }),
    ...(error_code !== undefined && { errorCode: error_code }),
    ...(request_id !== undefined && { requestId: request_id }),
    ...withBounds('durationMs', filter.duration_ms_min, filter.duration_ms_max),
    ...withBounds('upstreamMs', filter.upstream_ms_min, filter.upstream_ms_max),
    ...withBounds('requestBytes', filter.request_bytes_min, filter.request_bytes_max),
    ...withBounds('responseBytes', filter.response_bytes_min, filter.response_bytes_max),
  }
}

const withBounds = (column: string, min: number | undefined, max: number | undefined) =>
  min === undefined && max === undefined
    ? {}
    : { [column]: { ...(min !== undefined && { gte: min }), ...(max !== undefined && { lte: max }) } }

/** Whether a record passes. */
export function passes(record: CallRecord, filter: CallFilter): boolean {
  const { server, tool, outcome, method, key, http_status, error_code, request_id } = filter
  const pairs = [
    [server?.toLowerCase(), record.server_id],
    [tool, record.tool],
    [outcome, record.outcome],
    [method, record.method],
    [key?.toLowerCase(), record.caller_key_id],
    [http_status, record.http_status],
    [error_code, record.error_code],
    [request_id, record.request_id],
  ]
  return (
    pairs.every(([wanted, value]) => wanted === undefined || wanted === value) &&
    isWithin(record.duration_ms, filter.duration_ms_min, filter.duration_ms_max) &&
    isWithin(record.upstream_ms, filter.upstream_ms_min, filter.upstream_ms_max) &&
    isWithin(record.request_bytes, filter.request_bytes_min, filter.request_bytes_max) &&
    isWithin(record.response_bytes, filter.response_bytes_min, filter.response_bytes_max)
  )
}

const isWithin = (value: number | null, min: number | undefined, max: number | undefined) =>
  (min === undefined || (value !== null && value >= min)) &&
  (max === undefined || (value !== null && value <= max))

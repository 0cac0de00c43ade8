// A call record as the text that the registry gets. Text is all that is kept of a call: no object of it outlives its answer.

import { randomUUID } from 'node:crypto'
import type { ResolvedCaller, ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Call, Trace } from './call.ts'

/** Ids of records: a random UUID of this process whose last twelve digits count. */
const base = randomUUID().slice(0, 24)
let count = 0

const idOf = (at: number) => `${base}${at.toString(16).padStart(12, '0')}`

/** Of the text that was made last. */
export const lastRecordId = () => idOf(count)

/** A CallReport as JSON. */
export function recordText(call: Call, trace: Trace): string {
  count += 1
  const { tool, errorCode, upstreamMs, decidedAt, credentialAt } = trace
  const knownAt = call.startedAt + call.authenticateMs
  return `{"id":"${idOf(count)}","started_at_ms":${call.startedAtMs},"request_id":"${
    call.requestId
  }","path":"${call.path}","era":"${trace.era}","method":${JSON.stringify(trace.method.slice(0, 128))},"tool":${
    tool === undefined ? 'null' : JSON.stringify(tool.slice(0, 256))
  },"http_status":${call.response.statusCode},"outcome":"${trace.outcome}","error_code":${
    errorCode === undefined ? 'null' : JSON.stringify(errorCode)
  },"duration_ms":${rounded(performance.now() - call.startedAt)},"upstream_ms":${
    upstreamMs === undefined ? 'null' : rounded(upstreamMs)
  },"request_bytes":${trace.requestBytes},"response_bytes":${trace.responseBytes},"authenticate_ms":${rounded(
    call.authenticateMs,
  )},"policy_ms":${between(knownAt, decidedAt)},"credential_ms":${between(decidedAt, credentialAt)},${trace.capture === undefined ? '' : '"captured":true,'}${standing(call.caller, trace)}}`
}

/** To the microsecond, and so written that a whole number is all that becomes text: that takes a fraction of the time. */
const rounded = (ms: number) => `${Math.round(ms * 1_000)}e-3`

const between = (from: number | undefined, to: number | undefined) =>
  from === undefined || to === undefined ? 'null' : rounded(to - from)

interface Standing {
  readonly caller: ResolvedCaller
  readonly attached: readonly string[]
  readonly text: string
}

/** What is the same in every record of a caller at a server, as long as both are known. */
const known = new WeakMap<ResolvedServer, Standing>()

function standing(caller: ResolvedCaller, { server, attachedHeaders: attached }: Trace): string {
  const last = server && known.get(server)
  if (last?.caller === caller && last.attached === attached) return last.text
  const members = JSON.stringify({
    workspace_id: caller.workspace_id,
    caller_key_id: caller.key_id,
    caller_name: caller.key_name,
    server_id: server?.id ?? null,
    server_slug: server?.slug ?? null,
    attached_headers: attached,
  })
  const text = members.slice(1, -1)
  if (server) known.set(server, { caller, attached, text })
  return text
}

// Call records: kept in a bounded ring, sent in batches twice a second, best effort. What overflows is counted.

import { randomUUID } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import type { CallReport } from '@gatehouse/registry-api'
import type { Logger } from 'pino'
import type { RegistryClient } from '../registry/client.ts'
import type { Call, Outcome, Trace } from './call.ts'

export interface Recorder {
  record(call: Call, trace: Trace): void
  /** Records that were not kept: the ring was full, or the registry refused them. */
  readonly lost: number
  /** Calls so far, by outcome. */
  readonly counts: ReadonlyMap<Outcome, number>
  /** Sends what is left, within 1.5 s; for the stop. */
  close(): Promise<void>
}

const capacity = 50_000
const batchSize = 2_000
const intervalMs = 400
const closeMs = 1_500

export function createRecorder(client: RegistryClient, log: Logger): Recorder {
  let waiting: CallReport[] = []
  let lost = 0
  const counts = new Map<Outcome, number>()
  let sending: Promise<void> | undefined

  const flush = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchSize)
      try {
        await client.sendRecords(batch)
      } catch (error) {
        const refused = error instanceof AppError && error.code === 'invalid_request_body'
        log.warn({ err: error, refused }, 'call records could not be sent')
        // What the registry is not there for stays in the ring; what it does not take would block the rest.
        if (!refused) return
        lost += batch.length
      }
      waiting = waiting.slice(batch.length)
    }
  }
  const flushOnce = () => {
    sending ??= flush().finally(() => {
      sending = undefined
    })
    return sending
  }
  const timer = setInterval(() => void flushOnce(), intervalMs)
  timer.unref()

  return {
    get lost() {
      return lost
    },
    counts,
    record(call, trace) {
      if (trace.handedOver) return
      counts.set(trace.outcome, (counts.get(trace.outcome) ?? 0) + 1)
      if (waiting.length >= capacity) {
        lost += 1
        return
      }
      waiting.push(toReport(call, trace))
    },
    async close() {
      clearInterval(timer)
      // A batch may be under way: what came after it goes with the second. A registry that hangs must not hold up the stop.
      const sent = flushOnce().then(flushOnce)
      const late = new Promise<void>((resolve) => setTimeout(resolve, closeMs).unref())
      await Promise.race([sent, late])
    },
  }
}

function toReport(call: Call, trace: Trace): CallReport {
  return {
    id: randomUUID(),
    workspace_id: call.caller.workspace_id,
    started_at_ms: call.startedAtMs,
    request_id: call.requestId,
    caller_key_id: call.caller.key_id,
    caller_name: call.caller.key_name,
    server_id: trace.server?.id ?? null,
    server_slug: trace.server?.slug ?? null,
    path: call.path,
    era: trace.era,
    method: trace.method.slice(0, 128),
    tool: trace.tool?.slice(0, 256) ?? null,
    http_status: call.response.statusCode,
    outcome: trace.outcome,
    error_code: trace.errorCode ?? null,
    duration_ms: performance.now() - call.startedAt,
    upstream_ms: trace.upstreamMs ?? null,
    request_bytes: trace.requestBytes,
    response_bytes: trace.responseBytes,
    attached_headers: [...trace.attachedHeaders],
    authenticate_ms: call.authenticateMs,
    policy_ms: between(call.startedAt + call.authenticateMs, trace.decidedAt),
    credential_ms: between(trace.decidedAt, trace.credentialAt),
  }
}

const between = (from: number | undefined, to: number | undefined) =>
  from === undefined || to === undefined ? null : to - from

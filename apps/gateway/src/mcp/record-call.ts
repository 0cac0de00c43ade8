// Call records: kept in a bounded ring, sent in batches twice a second, best effort. What overflows is counted. Next: record-text.ts.

import { AppError } from '@gatehouse/errors'
import type { Logger } from 'pino'
import type { RegistryClient } from '../registry/client.ts'
import type { Call, Outcome, Trace } from './call.ts'
import { RecordBatch } from './record-batch.ts'
import { lastRecordId, recordText } from './record-text.ts'

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
const intervalMs = 400
const closeMs = 1_500
/**
 * Asked for from the start, as memory that a burst asks for makes the garbage collector walk the whole heap every second; the system
 * gives it only as it is written to. Room for as many records as are kept, at the 800 bytes that they usually take.
 */
const usualBatches = 40

export function createRecorder(client: Pick<RegistryClient, 'sendRecords'>, log: Logger): Recorder {
  const spare = Array.from({ length: usualBatches }, () => new RecordBatch())
  /** The last one is being written; the first one may be under way, and then is not the last. */
  const batches: RecordBatch[] = []
  let waiting = 0
  let lost = 0
  const counts = new Map<Outcome, number>()
  let sending: Promise<void> | undefined

  const open = (): RecordBatch => {
    const batch = spare.pop() ?? new RecordBatch()
    batches.push(batch)
    return batch
  }
  const drop = (batch: RecordBatch) => {
    batches.shift()
    waiting -= batch.count
    batch.clear()
    if (spare.length < usualBatches) spare.push(batch)
  }
  const flush = async () => {
    for (let first = batches[0]; first && first.count > 0; first = batches[0]) {
      if (batches.length === 1) open()
      try {
        await client.sendRecords(first.body())
      } catch (error) {
        const refused = error instanceof AppError && error.code === 'invalid_request_body'
        log.warn({ err: error, refused }, 'call records could not be sent')
        // What the registry is not there for stays in the ring; what it does not take would block the rest.
        if (!refused) return
        lost += first.count
      }
      drop(first)
    }
  }
  const flushOnce = () => {
    sending ??= flush().finally(() => {
      sending = undefined
    })
    return sending
  }
  const timer = setInterval(flushOnce, intervalMs).unref()

  return {
    get lost() {
      return lost
    },
    counts,
    record(call, trace) {
      const { capture } = trace
      if (trace.handedOver || call.caller.kind === 'health') return capture?.drop()
      counts.set(trace.outcome, (counts.get(trace.outcome) ?? 0) + 1)
      if (waiting >= capacity) {
        lost += 1
        return capture?.drop()
      }
      const text = recordText(call, trace)
      const last = batches.at(-1) ?? open()
      if (!last.add(text) && !open().add(text)) {
        lost += 1
        return capture?.drop()
      }
      waiting += 1
      capture?.keep(lastRecordId(), trace)
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

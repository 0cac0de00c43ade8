// How processes of the registry tell each other which call records they wrote: by ids, as many as a notification of PostgreSQL
// (8000 bytes) takes.

import { z } from 'zod'
import type { Tx } from '../db.ts'
import type { CallRow } from './to-wire.ts'

/** The name that PostgreSQL's LISTEN and NOTIFY know this by. */
export const callChannel = 'gatehouse_call'

const idsPerNotice = 180

const notice = z.object({
  /** The process that wrote them. */
  origin: z.string(),
  workspaceId: z.uuid(),
  /** Unix ms: the first and the last of them, so that few partitions are looked into. */
  from: z.number(),
  to: z.number(),
  ids: z.array(z.uuid()),
})
export type CallNotice = z.output<typeof notice>

/** Tells the others when this transaction commits. */
export async function announceCalls(tx: Tx, origin: string, rows: readonly CallRow[]): Promise<void> {
  for (const [workspaceId, those] of Map.groupBy(rows, (row) => row.workspaceId)) {
    for (let i = 0; i < those.length; i += idsPerNotice) {
      const some = those.slice(i, i + idsPerNotice)
      const times = some.map((row) => row.startedAt.getTime())
      const told: CallNotice = {
        ...{ origin, workspaceId, from: Math.min(...times), to: Math.max(...times) },
        ids: some.map((row) => row.id),
      }
      await tx.$executeRaw`SELECT pg_notify(${callChannel}, ${JSON.stringify(told)})`
    }
  }
}

/** undefined for what is no notice of ours. */
export function readNotice(payload: string): CallNotice | undefined {
  try {
    return notice.parse(JSON.parse(payload))
  } catch {
    return undefined
  }
}

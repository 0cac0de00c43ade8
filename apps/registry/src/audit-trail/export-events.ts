// The audit trail as lines, oldest first: read a page at a time, as fast as its reader takes it.

import { once } from 'node:events'
import type { auditFilter } from '@gatehouse/registry-api'
import type { Response } from 'express'
import type { z } from 'zod'
import type { Call } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { meant, toWire } from './to-wire.ts'

const pageSize = 500

/** Ends with the newest event of the moment; a failure in the middle breaks the answer off. */
export async function exportEvents(
  deps: Deps,
  { actor: { workspaceId }, signal }: Call,
  query: z.output<typeof auditFilter>,
  res: Response,
): Promise<void> {
  for (let after = 0n; ; ) {
    const rows = await deps.db.inWorkspace(workspaceId, (tx) =>
      tx.auditEvent.findMany({
        where: { AND: [meant(workspaceId, query), { seq: { gt: after } }] },
        orderBy: { seq: 'asc' },
        take: pageSize,
      }),
    )
    res.type('application/x-ndjson')
    const lines = rows.map((row) => `${JSON.stringify(toWire(row))}\n`).join('')
    if (lines !== '' && !res.write(lines)) await once(res, 'drain', { signal })
    after = rows.at(-1)?.seq ?? after
    if (rows.length < pageSize || signal.aborted) break
  }
  res.end()
}

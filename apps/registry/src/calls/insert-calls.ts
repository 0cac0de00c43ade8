// Call records written as one value: a parameter for each of a batch's 23,000 would cost a second of its own.

import type { Tx } from '../db.ts'
import { Prisma } from '../generated/client.ts'
import type { CallRow } from './to-wire.ts'

/**
 * As gatehouse_system. Those that are there already stay as they are. In one order, so that batches which share records wait for
 * each other and never in a circle.
 */
export async function insertCalls(tx: Tx, rows: readonly CallRow[]): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const columns = Prisma.raw(Object.keys(first).map(columnOf).join(', '))
  const values = JSON.stringify(rows.map(toValues))
  await tx.$executeRaw`
    INSERT INTO call_record (${columns})
    SELECT ${columns} FROM json_populate_recordset(NULL::call_record, ${values}::json)
    ORDER BY workspace_id, started_at, id ON CONFLICT DO NOTHING`
}

/** Columns are the fields' names with underscores. */
const columnOf = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const toValues = (row: CallRow) =>
  Object.fromEntries(Object.entries(row).map(([field, value]) => [columnOf(field), value]))

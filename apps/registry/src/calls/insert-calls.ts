// Call records written as one value: a parameter for each of a batch's 23,000 would cost a second of its own.

import type { Tx } from '../db.ts'
import { Prisma } from '../generated/client.ts'
import type { CallRow } from './to-wire.ts'

/** Fields and their columns, which are named alike with underscores. */
const columns = Object.values(Prisma.CallRecordScalarFieldEnum).map(
  (field) => [field, field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] as const,
)
const names = Prisma.raw(columns.map(([, column]) => column).join(', '))

/**
 * As gatehouse_system. Those that are there already stay as they are. In one order, so that batches which share records wait for
 * each other and never in a circle.
 */
export async function insertCalls(tx: Tx, rows: readonly CallRow[]): Promise<void> {
  if (rows.length === 0) return
  const values = JSON.stringify(rows.map(toValues))
  await tx.$executeRaw`
    INSERT INTO call_record (${names})
    SELECT ${names} FROM json_populate_recordset(NULL::call_record, ${values}::json)
    ORDER BY workspace_id, started_at, id ON CONFLICT DO NOTHING`
}

function toValues(row: CallRow): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [field, column] of columns) values[column] = row[field]
  return values
}

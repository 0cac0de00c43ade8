// A kind of sealed value that has a row of its own, found by the row's id: the same steps for every such table. The tables:
// sealed-kinds.ts.

import type { Tx } from '../db.ts'
import { Prisma } from '../generated/client.ts'
import { nothing, readable, retiredKeys, type SealedKind } from './sealed-kind.ts'

interface Place {
  readonly workspaceId: string
  readonly id: string
}

interface SealedRow {
  readonly sealed: Uint8Array
  readonly dataKeyId: string
}

interface SealedRows {
  readonly table: string
  /** Holds the value; null in a row that has none. */
  readonly column: string
  /** What the value of a row is bound to. */
  label(tx: Tx, where: Place): Promise<string[]>
  /** Does what is done with a row whose value does not open. @returns its name where it is left for a person */
  unreadable(tx: Tx, where: Place): Promise<readonly string[]>
}

export function sealedRows({ table: name, column, label: labelOf, unreadable }: SealedRows): SealedKind {
  const [table, sealed] = [Prisma.raw(name), Prisma.raw(column)] // constants of sealed-kinds.ts
  return {
    table: name,
    async find(tx, workspaceId) {
      const rows = await tx.$queryRaw<{ id: string }[]>`
        SELECT id FROM ${table} WHERE workspace_id = ${workspaceId}::uuid AND ${sealed} IS NOT NULL
          AND data_key_id = ANY(${await retiredKeys(tx, workspaceId)}::uuid[]) ORDER BY id`
      return rows.map(({ id }) => id)
    },
    async reseal(tx, sealer, workspaceId, id) {
      const [row] = await tx.$queryRaw<SealedRow[]>`
        SELECT ${sealed} AS sealed, data_key_id AS "dataKeyId" FROM ${table}
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid AND ${sealed} IS NOT NULL FOR UPDATE`
      if (!row) return nothing
      const where = { workspaceId, id }
      const label = await labelOf(tx, where)
      const value = await readable(sealer.openFor(tx, workspaceId, label, row))
      if (value === undefined) return { values: 0, unreadable: await unreadable(tx, where) }
      const anew = await sealer.sealFor(tx, workspaceId, label, value)
      await tx.$executeRaw`
        UPDATE ${table} SET ${sealed} = ${anew.sealed}, data_key_id = ${anew.dataKeyId}::uuid
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid`
      return { values: 1, unreadable: [] }
    },
    async count(tx, workspaceId, dataKeyId) {
      const [row] = await tx.$queryRaw<{ uses: number }[]>`
        SELECT count(*)::int AS uses FROM ${table}
        WHERE workspace_id = ${workspaceId}::uuid AND data_key_id = ${dataKeyId}::uuid AND ${sealed} IS NOT NULL`
      return row?.uses ?? 0
    },
  }
}

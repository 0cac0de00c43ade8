// Which keys there are, and what each of them still protects: names and counts, nothing secret.

import type { Transactions } from '../db.ts'
import type { KeyEncryption } from './master-keys.ts'
import { countUses } from './rotate-data.ts'

/** Lines for a person. */
export async function keyStatus({ db, kek }: { db: Transactions; kek: KeyEncryption }): Promise<string[]> {
  const [installation, keys] = await db.asSystem(async (tx) => [
    await tx.installation.findUniqueOrThrow({ where: { id: 1 } }),
    await tx.dataKey.findMany({
      select: { workspaceId: true, id: true, wrappedBy: true, retiredAt: true },
      orderBy: [{ workspaceId: 'asc' }, { id: 'asc' }],
    }),
  ])
  const wrapping = Map.groupBy([installation, ...keys], ({ wrappedBy }) => wrappedBy)
  const names = new Set([...kek.names, ...wrapping.keys()])
  const lines = [...names].map((name) => describe(name, kek, wrapping.get(name)?.length ?? 0))
  const retired = keys.filter(({ retiredAt }) => retiredAt !== null)
  let values = 0
  for (const { workspaceId, id } of retired)
    values += await db.inWorkspace(workspaceId, (tx) => countUses(tx, workspaceId, id))
  lines.push(
    `data keys: ${keys.length - retired.length} in use, ${retired.length} retired with ${values} value(s) still sealed by them`,
    installation.rotatingSince === null
      ? 'no rotation of data keys is unfinished'
      : `a rotation of data keys began ${installation.rotatingSince.toISOString()} and is unfinished: npm run keys -- rotate data goes on`,
  )
  return lines
}

function describe(name: string, kek: KeyEncryption, count: number): string {
  const place = kek.names.indexOf(name)
  const what = `master key ${name || '(of an older version)'}: wraps ${count} key(s)`
  if (place === 0) return `${what}, is the first one`
  if (count === 0) return `${what}, may be removed from MASTER_KEY`
  if (place === -1 && name !== '') return `${what}, is NOT in MASTER_KEY`
  return `${what}, until npm run keys -- rotate master`
}

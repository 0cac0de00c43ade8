// Who is a member, by age of their rows; the cursor is the id of the last membership of the page before.

import type { Member, pageQuery } from '@gatehouse/registry-api'
import type { z } from 'zod'
import type { Call } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { parseId } from '../parse.ts'
import { shown, toWire } from './to-wire.ts'

export function listMembers(
  deps: Deps,
  { actor: { workspaceId } }: Call,
  { limit, cursor }: z.output<typeof pageQuery>,
): Promise<{ data: Member[]; next_cursor: string | null }> {
  const after = cursor === undefined ? {} : { id: { gt: parseId(cursor, 'cursor') } }
  return deps.db.inWorkspace(workspaceId, async (tx) => {
    const where = { workspaceId, ...after }
    const rows = await tx.membership.findMany({
      where,
      orderBy: { id: 'asc' },
      take: limit + 1,
      select: shown,
    })
    const page = rows.slice(0, limit)
    const next_cursor = rows.length > limit ? (page.at(-1)?.id ?? null) : null
    return { data: await toWire(tx, workspaceId, page), next_cursor }
  })
}

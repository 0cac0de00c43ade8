// Open invitations, newest first; the cursor is the last id of the page before.

import type { Invitation, pageQuery } from '@gatehouse/registry-api'
import type { z } from 'zod'
import type { Call } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { parseId } from '../parse.ts'
import { shown, toWire } from './to-wire.ts'

export async function listInvitations(
  deps: Deps,
  { actor: { workspaceId } }: Call,
  { limit, cursor }: z.output<typeof pageQuery>,
): Promise<{ data: Invitation[]; next_cursor: string | null }> {
  const after = cursor === undefined ? {} : { id: { lt: parseId(cursor, 'cursor') } }
  const rows = await deps.db.inWorkspace(workspaceId, (tx) =>
    tx.invitation.findMany({
      where: { workspaceId, expiresAt: { gt: deps.now() }, ...after },
      orderBy: { id: 'desc' },
      take: limit + 1,
      select: shown,
    }),
  )
  const data = rows.slice(0, limit).map(toWire)
  return { data, next_cursor: rows.length > limit ? (data.at(-1)?.id ?? null) : null }
}

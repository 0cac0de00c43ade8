// When a key was last used, for its owner to see: written at most once a minute and key.

import type { Tx } from '../db.ts'

const everyMs = 60_000

/** True when the use at `now` is worth a write. */
export const isWorthRecording = (lastUsedAt: Date | null, now: Date) =>
  lastUsedAt === null || now.getTime() - lastUsedAt.getTime() >= everyMs

/** Writes it for these keys, as gatehouse_system; keys with a fresh mark stay as they are. */
export async function recordUse(
  tx: Tx,
  keys: readonly { readonly workspaceId: string; readonly id: string }[],
  now: Date,
): Promise<void> {
  if (keys.length === 0) return
  await tx.apiKey.updateMany({
    where: {
      AND: [
        { OR: keys.map(({ workspaceId, id }) => ({ workspaceId, id })) },
        { OR: [{ lastUsedAt: null }, { lastUsedAt: { lte: new Date(now.getTime() - everyMs) } }] },
      ],
    },
    data: { lastUsedAt: now },
  })
}

// What both rotations need: they run as a command or inside the registry, tell their progress, and are audited.

import { newRequestId } from '@gatehouse/http-kit'
import type { Actor } from '../actor.ts'
import { type AuditedEvent, audit } from '../audit.ts'
import type { Transactions, Tx } from '../db.ts'
import { systemActor } from '../people/link-for-owner.ts'
import type { Sealer } from '../seal.ts'
import type { KeyEncryption } from './master-keys.ts'

export interface Rotation {
  readonly db: Transactions
  readonly kek: KeyEncryption
  readonly sealer: Sealer
  /** One line of progress. */
  tell(line: string): void
}

/** How it ended, in one line; not `ok` where something is left for a person to do. */
export interface RotationEnd {
  readonly ok: boolean
  readonly line: string
}

/** Writes the audit event of one step, in the step's own transaction. */
export function auditStep(
  tx: Tx,
  workspaceId: string,
  event: Omit<AuditedEvent, 'requestId'>,
): Promise<void> {
  const actor: Actor = systemActor(workspaceId, 'keys')
  return audit(tx, actor, { ...event, requestId: newRequestId() })
}

/** Every workspace that has a data key; as gatehouse_system. */
export async function workspacesWithKeys(db: Transactions): Promise<string[]> {
  const rows = await db.asSystem((tx) =>
    tx.dataKey.findMany({
      distinct: ['workspaceId'],
      orderBy: { workspaceId: 'asc' },
      select: { workspaceId: true },
    }),
  )
  return rows.map(({ workspaceId }) => workspaceId)
}

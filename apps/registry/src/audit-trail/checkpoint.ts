// Where a chain of events begins once its oldest part is gone: the last event that is, by number and hash, signed with the
// installation's key, so that nobody else cuts a chain unseen. Who removes events: retention/cut-audit.ts.

import type { Checkpoint } from '../audit.ts'
import type { Sealer } from '../seal.ts'

const labelOf = (workspaceId: string, seq: bigint) => `audit checkpoint ${workspaceId} ${seq}`

/** Its signature. */
export const signCheckpoint = (
  sealer: Pick<Sealer, 'sealGlobal'>,
  workspaceId: string,
  { seq, hash }: Pick<Checkpoint, 'seq' | 'hash'>,
) => sealer.sealGlobal(labelOf(workspaceId, seq), hash)

/** Whether this installation signed it. */
export const isSignedBy =
  (sealer: Pick<Sealer, 'openGlobal'>) =>
  (workspaceId: string, { seq, hash, signature }: Checkpoint): boolean => {
    try {
      return Buffer.from(hash).equals(sealer.openGlobal(labelOf(workspaceId, seq), signature))
    } catch {
      return false
    }
  }

// A gateway that holds a lease and hears of changes, without the wire: for tests of what waits for it.

import { randomUUID } from 'node:crypto'
import type { PublishedChange } from '../changes.ts'
import type { Deps } from '../deps.ts'

export interface ConnectedGateway {
  readonly id: string
  /** What it was told, in order. */
  readonly told: PublishedChange[]
  acknowledge(revision: number): Promise<number>
  /** Stops cleanly. */
  leave(): Promise<void>
}

/** @param acknowledges by itself, everything that it hears */
export async function connectGateway(
  { changes, leases }: Pick<Deps, 'changes' | 'leases'>,
  { acknowledges = false } = {},
): Promise<ConnectedGateway> {
  const id = randomUUID()
  const told: PublishedChange[] = []
  const acknowledge = (revision: number) => leases.renew(id, revision)
  await leases.take(id)
  const disconnect = changes.subscribe({
    change(change) {
      told.push(change)
      if (acknowledges) void acknowledge(change.revision)
    },
    gap: () => undefined,
  })
  return {
    id,
    told,
    acknowledge,
    leave() {
      disconnect()
      return leases.giveBack(id)
    },
  }
}

// What a gateway hears from us as long as it is connected: hello, then every change of what it caches.

import type { ChangeEvent, HelloEvent } from '@gatehouse/registry-api/internal'
import type { Response } from 'express'
import type { PublishedChange } from '../changes.ts'
import type { Deps } from '../deps.ts'
import { openEventStream } from '../event-stream.ts'
import { readSealingKeys } from '../sealing-keys.ts'
import { type KeptAddress, keepAddress } from './gateway-addresses.ts'

const beatMs = 5_000
/** Gateways that the others reach: told often enough to count as there. */
const refreshMs = 15_000
/** A new sealing key is made an hour before it is used: often enough to have it in time. */
const keysMs = 10 * 60_000

export interface ConnectingGateway {
  readonly id: string
  /** Where other gateways reach it. */
  readonly address: string | undefined
  readonly version: string | undefined
}

/** Streams until either side ends it. A change that commits while hello is read comes right after it. */
export async function streamChanges(deps: Deps, gateway: ConnectingGateway, res: Response): Promise<void> {
  const early: PublishedChange[] = []
  let tell = (change: PublishedChange): void => {
    early.push(change)
  }
  let missed = (): void => {
    res.destroy()
  }
  const disconnect = deps.changes.subscribe({
    change: (change) => tell(change),
    gap: () => missed(),
  })
  let kept: KeptAddress | undefined
  let hello: HelloEvent
  try {
    await deps.leases.take(gateway.id, gateway.version)
    if (gateway.address !== undefined) kept = await keepAddress(deps.db, gateway.id, gateway.address)
    hello = await readHello(deps)
  } catch (error) {
    disconnect()
    kept?.remove().catch(() => undefined) // it expires
    throw error
  }
  const warn = (error: unknown) => deps.log.warn({ err: error }, "a gateway's address was not kept")
  const refresh = setInterval(() => void kept?.refresh().catch(warn), refreshMs)
  const sendNewKeys = async () => {
    const newer = await readHello(deps)
    if (newer.sealing_keys[0]?.id === hello.sealing_keys[0]?.id) return
    hello = newer
    stream.send('hello', hello)
  }
  const timer = setInterval(() => {
    sendNewKeys().catch((error: unknown) => deps.log.warn({ err: error }, 'sealing keys were not read'))
  }, keysMs)
  const stream = openEventStream(deps.streams, res, {
    beatMs,
    onClose: () => {
      clearInterval(timer)
      clearInterval(refresh)
      disconnect()
      kept?.remove().catch(warn)
    },
  })
  stream.send('hello', hello)
  tell = (change) => stream.send('change', toEvent(change))
  missed = stream.end
  early.forEach(tell)
}

async function readHello(deps: Deps): Promise<HelloEvent> {
  const now = deps.now()
  return deps.db.asSystem(async (tx) => {
    const revision = await deps.changes.current(tx)
    const keys = await readSealingKeys(tx, deps.sealer, now)
    const ended = await tx.endedSession.findMany({ where: { expiresAt: { gt: now } } })
    return {
      revision,
      lease_ms: deps.leases.lengthMs,
      installation_mark: deps.installation.mark,
      sealing_keys: keys.map(({ id, key, notBefore, expiresAt }) => ({
        id,
        key: Buffer.from(key.reveal()).toString('base64'),
        not_before_ms: notBefore.getTime(),
        expires_at_ms: expiresAt.getTime(),
      })),
      ended_sessions: ended.map(({ digest, expiresAt }) => ({
        digest: Buffer.from(digest).toString('hex'),
        expires_at_ms: expiresAt.getTime(),
      })),
    }
  })
}

const toEvent = (change: PublishedChange): ChangeEvent => ({
  revision: change.revision,
  workspace_id: change.workspaceId,
  subject: change.subject,
  subject_id: change.subjectId,
  ...(change.expiresAtMs === undefined ? {} : { expires_at_ms: change.expiresAtMs }),
})

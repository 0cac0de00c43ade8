// Envelope encryption of everything that must not be readable at rest. A master key (keys/master-keys.ts) wraps the data keys
// of each workspace (keys/data-keys.ts) and one key of the installation; values are sealed with those.

import { createHmac, hkdfSync } from 'node:crypto'
import { Secret } from '@gatehouse/config'
import { AppError } from '@gatehouse/errors'
import { LRUCache } from 'lru-cache'
import type { Tx } from './db.ts'
import { type Bytes, contextOf, open, seal } from './keys/cipher.ts'
import { type DataKeyRow, dataKeyContext, sealingDataKey } from './keys/data-keys.ts'
import type { KeyEncryption } from './keys/master-keys.ts'

/** Where a stored header lives; part of what is authenticated, so that a sealed value opens nowhere else. */
export interface HeaderPlace {
  readonly workspaceId: string
  readonly serverId: string
  readonly key: string
  readonly generation: string
}

export interface SealedValue {
  readonly sealed: Bytes
  readonly dataKeyId: string
}

export interface Sealer {
  /** @param label says what it is and where it belongs; it opens under the same one only */
  sealFor(tx: Tx, workspaceId: string, label: readonly string[], value: Secret): Promise<SealedValue>
  /** @throws AppError credential_unreadable */
  openFor(
    tx: Tx,
    workspaceId: string,
    label: readonly string[],
    row: { readonly sealed: Uint8Array; readonly dataKeyId: string },
  ): Promise<Secret>
  sealHeader(tx: Tx, where: HeaderPlace, value: Secret): Promise<SealedValue>
  /** @throws AppError credential_unreadable */
  openHeader(
    tx: Tx,
    where: HeaderPlace,
    row: { readonly sealed: Uint8Array; readonly dataKeyId: string },
  ): Promise<Secret>
  /**
   * Tells whether two values of one server are the same, and nothing else: keyed, so that a guess can't be tried on it. Stays
   * the same when the master key is replaced, as the installation's own key does.
   */
  fingerprint(serverId: string, value: Secret): string
  /** For values of the installation; `label` says which. */
  sealGlobal(label: string, bytes: Uint8Array): Bytes
  /** @throws when it was sealed by another installation or under another label */
  openGlobal(label: string, sealed: Uint8Array): Bytes
}

/** @param installationKey opened by installation.ts at start */
export function createSealer(kek: KeyEncryption, installationKey: Secret<Uint8Array>): Sealer {
  const opened = new LRUCache<string, Secret<Uint8Array>>({ max: 1_000 })
  const fingerprintKey = new Secret(
    Buffer.from(hkdfSync('sha256', installationKey.reveal(), '', 'gatehouse header fingerprint v1', 32)),
  )

  /** Unwrapped once per process and wrapping: a key that was moved, changed or deleted is not found here. */
  async function unwrap(workspaceId: string, row: DataKeyRow): Promise<Secret<Uint8Array>> {
    const where = dataKeyContext(workspaceId, row.id)
    const name = `${where} ${Buffer.from(row.wrapped).toString('base64')}`
    const known = opened.get(name)
    if (known) return known
    const key = new Secret<Uint8Array>(await kek.unwrap(row, where))
    opened.set(name, key)
    return key
  }

  const sealFor: Sealer['sealFor'] = async (tx, workspaceId, label, value) => {
    const row = await sealingDataKey(tx, kek, workspaceId)
    try {
      const key = await unwrap(workspaceId, row)
      const sealed = seal(key.reveal(), contextOf(...label, row.id), Buffer.from(value.reveal()))
      return { sealed, dataKeyId: row.id }
    } catch (cause) {
      throw new AppError('credential_unreadable', { what: 'the data key does not unwrap', cause })
    }
  }

  const openFor: Sealer['openFor'] = async (tx, workspaceId, label, { sealed, dataKeyId: id }) => {
    const row = await tx.dataKey.findUnique({ where: { workspaceId_id: { workspaceId, id } } })
    try {
      if (row === null) throw new Error('its data key is not there')
      const key = await unwrap(workspaceId, row)
      return new Secret(Buffer.from(open(key.reveal(), contextOf(...label, id), sealed)).toString())
    } catch (cause) {
      throw new AppError('credential_unreadable', { cause })
    }
  }

  return {
    sealFor,
    openFor,
    sealHeader: (tx, where, value) => sealFor(tx, where.workspaceId, headerLabel(where), value),
    openHeader: (tx, where, row) => openFor(tx, where.workspaceId, headerLabel(where), row),
    fingerprint: (serverId, value) =>
      createHmac('sha256', fingerprintKey.reveal())
        .update(`${serverId}\0${value.reveal()}`)
        .digest('hex')
        .slice(0, 12),
    sealGlobal: (label, bytes) => seal(installationKey.reveal(), globalContext(label), bytes),
    openGlobal: (label, sealed) => open(installationKey.reveal(), globalContext(label), sealed),
  }
}

const globalContext = (label: string) => contextOf('installation', label)
const headerLabel = (where: HeaderPlace) => [
  'header',
  where.workspaceId,
  where.serverId,
  where.key,
  where.generation,
]

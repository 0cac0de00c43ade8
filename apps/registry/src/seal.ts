// Envelope encryption of everything that must not be readable at rest. The key encryption key (MASTER_KEY, or a KMS behind
// the same two functions) wraps one data key per workspace and one for the installation; values are sealed with those.

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { Secret } from '@gatehouse/config'
import { AppError } from '@gatehouse/errors'
import { LRUCache } from 'lru-cache'
import { v7 as uuidv7 } from 'uuid'
import type { Tx } from './db.ts'

/** Wraps and unwraps data keys; `context` is bound to the wrapped key. */
export interface KeyEncryption {
  wrap(key: Uint8Array, context: string): Promise<Bytes>
  /** @throws when the key was wrapped with another key or for another context */
  unwrap(wrapped: Uint8Array, context: string): Promise<Bytes>
}

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

type Bytes = Uint8Array<ArrayBuffer>

/** AES-256-GCM: version 1, nonce (12), ciphertext, tag (16). */
export function seal(key: Uint8Array, context: string, bytes: Uint8Array): Bytes {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  return Buffer.concat([Buffer.of(1), nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

/** @throws when key, context or bytes are not those of the sealing */
export function open(key: Uint8Array, context: string, sealed: Uint8Array): Bytes {
  if (sealed.length < 29 || sealed[0] !== 1) throw new Error('not a sealed value of version 1')
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 13), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(13, -16)), decipher.final()])
}

/** The key encryption key that comes from the environment. */
export function localKeyEncryption(masterKey: Secret<Uint8Array>): KeyEncryption {
  return {
    wrap: async (key, context) => seal(masterKey.reveal(), context, key),
    unwrap: async (wrapped, context) => open(masterKey.reveal(), context, wrapped),
  }
}

/** @param installationKey opened by installation.ts at start */
export function createSealer(kek: KeyEncryption, installationKey: Secret<Uint8Array>): Sealer {
  const opened = new LRUCache<string, Secret<Uint8Array>>({ max: 1_000 })
  const fingerprintKey = new Secret(
    Buffer.from(hkdfSync('sha256', installationKey.reveal(), '', 'gatehouse header fingerprint v1', 32)),
  )

  async function unwrap(workspaceId: string, id: string, wrapped: Uint8Array): Promise<Secret<Uint8Array>> {
    const known = opened.get(`${workspaceId}/${id}`)
    if (known) return known
    const key = new Secret(await kek.unwrap(wrapped, dataKeyContext(workspaceId, id)))
    opened.set(`${workspaceId}/${id}`, key)
    return key
  }

  async function newest(tx: Tx, workspaceId: string): Promise<{ id: string; key: Secret<Uint8Array> }> {
    const row = await tx.dataKey.findFirst({
      where: { workspaceId },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    })
    if (row) return { id: row.id, key: await unwrap(workspaceId, row.id, row.wrapped) }
    const key = randomBytes(32)
    const id = uuidv7()
    const wrapped = await kek.wrap(key, dataKeyContext(workspaceId, id))
    await tx.dataKey.create({ data: { workspaceId, id, wrapped }, select: { id: true } })
    return { id, key: new Secret(key) }
  }

  const sealFor: Sealer['sealFor'] = async (tx, workspaceId, label, value) => {
    const { id, key } = await newest(tx, workspaceId)
    const sealed = seal(key.reveal(), context(...label, id), Buffer.from(value.reveal()))
    return { sealed, dataKeyId: id }
  }

  const openFor: Sealer['openFor'] = async (tx, workspaceId, label, { sealed, dataKeyId: id }) => {
    const known = opened.get(`${workspaceId}/${id}`)
    const row = known ? null : await tx.dataKey.findUnique({ where: { workspaceId_id: { workspaceId, id } } })
    try {
      const key = known ?? (await unwrap(workspaceId, id, row?.wrapped ?? Buffer.of()))
      return new Secret(Buffer.from(open(key.reveal(), context(...label, id), sealed)).toString())
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

const context = (...parts: string[]) => JSON.stringify(parts)
const dataKeyContext = (workspaceId: string, id: string) => context('data key', workspaceId, id)
const globalContext = (label: string) => context('installation', label)
const headerLabel = (where: HeaderPlace) => [
  'header',
  where.workspaceId,
  where.serverId,
  where.key,
  where.generation,
]

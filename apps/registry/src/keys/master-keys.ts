// Key encryption keys: they wrap the data keys and the installation's key, and nothing else. Here they come from MASTER_KEY; a
// KMS can take this place behind the same two functions. What is sealed with the keys that they wrap: ../seal.ts.

import { hkdfSync } from 'node:crypto'
import type { Secret } from '@gatehouse/config'
import { type Bytes, open, seal } from './cipher.ts'

/** A wrapped key as it is stored, with the name of the master key that opens it. */
export interface WrappedKey {
  readonly wrapped: Uint8Array
  /** "" where it was stored before master keys had names. */
  readonly wrappedBy: string
}

/** Wraps and unwraps keys; `context` is bound to the wrapped key. */
export interface KeyEncryption {
  /** Names of the master keys that unwrap; the first one wraps. No secrets. */
  readonly names: readonly [string, ...string[]]
  wrap(key: Uint8Array, context: string): Promise<{ readonly wrapped: Bytes; readonly wrappedBy: string }>
  /** @throws when the key was wrapped with a master key that is not here, or for another context */
  unwrap(key: WrappedKey, context: string): Promise<Bytes>
}

/** One or more; the first one wraps. */
export type MasterKeys = readonly [Secret<Uint8Array>, ...Secret<Uint8Array>[]]

export function localKeyEncryption(keys: MasterKeys): KeyEncryption {
  const named = new Map(keys.map((key) => [nameOf(key), key]))
  const [first] = keys
  const active = nameOf(first)
  return {
    names: [active, ...[...named.keys()].filter((name) => name !== active)],
    wrap: async (key, context) => ({ wrapped: seal(first.reveal(), context, key), wrappedBy: active }),
    async unwrap({ wrapped, wrappedBy }, context) {
      const key = named.get(wrappedBy)
      if (key) return open(key.reveal(), context, wrapped)
      if (wrappedBy === '') return openWithAny(keys, context, wrapped)
      throw new Error(`it was wrapped with another master key (${wrappedBy})`)
    },
  }
}

/** Tells keys apart and is no help in guessing one. */
const nameOf = (key: Secret<Uint8Array>) =>
  Buffer.from(hkdfSync('sha256', key.reveal(), '', 'gatehouse master key name v1', 6)).toString('hex')

function openWithAny(keys: MasterKeys, context: string, wrapped: Uint8Array): Bytes {
  for (const key of keys) {
    try {
      return open(key.reveal(), context, wrapped)
    } catch {
      // perhaps the next one
    }
  }
  throw new Error('it was wrapped with another master key, or it is broken')
}

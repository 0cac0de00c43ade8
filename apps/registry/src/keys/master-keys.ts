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

/** @param read asked again before a key is wrapped, and where one was wrapped with a key that is not known yet */
export function localKeyEncryption(read: () => MasterKeys): KeyEncryption {
  let keys = read()
  return {
    get names(): KeyEncryption['names'] {
      keys = read()
      const [active, ...others] = keys
      return [nameOf(active), ...others.map(nameOf)]
    },
    async wrap(key, context) {
      keys = read()
      const [active] = keys
      return { wrapped: seal(active.reveal(), context, key), wrappedBy: nameOf(active) }
    },
    async unwrap({ wrapped, wrappedBy }, context) {
      if (wrappedBy === '') return openWithAny(keys, context, wrapped)
      const find = () => keys.find((key) => nameOf(key) === wrappedBy)
      let key = find()
      if (key === undefined) {
        keys = read()
        key = find()
      }
      if (key) return open(key.reveal(), context, wrapped)
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

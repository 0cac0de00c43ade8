// AES-256-GCM as everything at rest is sealed with it: version 1, nonce (12 bytes), ciphertext, tag (16 bytes).

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

export type Bytes = Uint8Array<ArrayBuffer>

/** @param context what the value belongs to; it is authenticated with it, not stored */
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

/** Unambiguous, whatever the parts contain. */
export const contextOf = (...parts: string[]) => JSON.stringify(parts)

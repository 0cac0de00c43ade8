// Texts that only this installation can make and read: AES-256-GCM under a key derived from one of those in the registry's
// hello, so that every replica opens what any of them sealed. The key's id goes in front.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import { LRUCache } from 'lru-cache'
import type { Knowledge } from '../registry/knowledge.ts'

export interface Sealing {
  /**
   * Base64url. `bound` has to be the same when it is opened. The newest key in use seals.
   * @throws AppError registry_unreachable before the registry's first word
   */
  seal(text: string, bound: string): string
  /** Undefined for everything that was not sealed for this purpose and bound to this. */
  open(sealed: string, bound: string): string | undefined
}

type Key = NonNullable<Knowledge['greeting']>['sealing_keys'][number]

/** @param purpose what is sealed for one is nothing to another */
export function createSealing(
  knowledge: Pick<Knowledge, 'greeting'>,
  now: () => number,
  purpose: string,
): Sealing {
  const derived = new LRUCache<string, Buffer>({ max: 64 })
  const keyOf = ({ id, key }: Key): Buffer => {
    const known = derived.get(id)
    if (known) return known
    const made = Buffer.from(hkdfSync('sha256', Buffer.from(key, 'base64'), '', purpose, 32))
    derived.set(id, made)
    return made
  }

  return {
    seal(text, bound) {
      const at = now()
      const usable = (knowledge.greeting?.sealing_keys ?? []).filter((key) => key.not_before_ms <= at)
      const key = usable.sort((a, b) => b.not_before_ms - a.not_before_ms)[0]
      if (key === undefined) throw new AppError('registry_unreachable', { retryAfterS: 2 })
      const id = Buffer.from(key.id.replaceAll('-', ''), 'hex')
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', keyOf(key), nonce)
      cipher.setAAD(Buffer.concat([id, Buffer.from(bound)]))
      const sealed = [cipher.update(text, 'utf8'), cipher.final()]
      return Buffer.concat([id, nonce, ...sealed, cipher.getAuthTag()]).toString('base64url')
    },
    open(sealed, bound) {
      const bytes = Buffer.from(sealed, 'base64url')
      // Only the spelling that we gave out opens: base64 has several for the same bytes.
      if (bytes.length < 44 || bytes.toString('base64url') !== sealed) return undefined
      const id = bytes.subarray(0, 16)
      const named = id.toString('hex')
      const keys = knowledge.greeting?.sealing_keys ?? []
      const key = keys.find((candidate) => candidate.id.replaceAll('-', '') === named)
      if (key === undefined) return undefined
      try {
        const decipher = createDecipheriv('aes-256-gcm', keyOf(key), bytes.subarray(16, 28), {
          authTagLength: 16,
        })
        decipher.setAAD(Buffer.concat([id, Buffer.from(bound)]))
        decipher.setAuthTag(bytes.subarray(-16))
        return Buffer.concat([decipher.update(bytes.subarray(28, -16)), decipher.final()]).toString('utf8')
      } catch {
        return undefined
      }
    },
  }
}

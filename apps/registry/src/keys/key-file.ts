// Where master keys come from: MASTER_KEY, or the file that MASTER_KEY_FILE names. The file is read again when it is asked, so
// that a key that was added there needs no restart.

import { readFileSync } from 'node:fs'
import { type Environment, Secret } from '@gatehouse/config'
import { z } from 'zod'
import type { MasterKeys } from './master-keys.ts'

/** One or more keys, separated by commas or line ends. */
export const masterKeys = () => {
  const key = z
    .string()
    .transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
    .refine((bytes) => bytes.length === 32, 'must be 32 bytes as base64')
    .refine((bytes) => new Set(bytes).size > 8, 'is too weak: use random bytes')
    .transform((bytes) => new Secret(bytes))
  return z
    .string({ error: 'is required' })
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .pipe(z.tuple([key], key))
}

/** The keys as they are now; as they were last where the file can not be read at the moment. */
export function masterKeySource(env: Environment, atStart: MasterKeys): () => MasterKeys {
  const file = env.MASTER_KEY_FILE
  if (!file) return () => atStart
  let last = atStart
  return () => {
    try {
      last = masterKeys().parse(readFileSync(file, 'utf8'))
    } catch {
      // it is just being replaced, or wrong: what was right goes on
    }
    return last
  }
}

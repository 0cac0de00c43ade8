// Random words that are handed out once and kept as a hash: the token of a link, the state of a visit.

import { createHash, randomBytes } from 'node:crypto'

/** 256 bits, fit for a URL. */
export const newWord = (): string => randomBytes(32).toString('base64url')

export const hashOf = (word: string): Buffer<ArrayBuffer> => createHash('sha256').update(word).digest()

// What is taken of a server's words: printable ASCII of a bounded length, as every URL, client id and scope is.

import { z } from 'zod'

/** A URL, a client id, a name of something. */
export const word = z
  .string()
  .max(2_048)
  .regex(/^[\x20-\x7e]*$/)

/** At most so many are asked for. */
export const maxScopes = 100

/** Scope tokens (RFC 6749 section 3.3); what is none is left out. */
export const toScopes = (list: readonly string[]): string[] =>
  [...new Set(list)].filter((one) => /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/.test(one)).slice(0, maxScopes)

export const scopeList = z.array(z.string()).transform(toScopes)

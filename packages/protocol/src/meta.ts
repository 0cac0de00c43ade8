// `params._meta`, as far as classifying needs it.

import { metaClientCapabilities, metaClientInfo, metaVersion } from './headers.ts'
import { type Members, shape, startOf, textAt } from './members.ts'
import { openBrace, quote } from './scan.ts'

export const metaShape = shape(
  [metaVersion, metaClientCapabilities, metaClientInfo],
  shape(['name', 'version']),
)

/** What a message says of itself in `params._meta`. */
export interface Claim {
  /** The revision it claims; undefined where it is none, or no string. */
  readonly version: string | undefined
  /** What a modern request's metadata lacks. */
  readonly problem: string | undefined
}

/** Undefined where no revision is named. */
export function readClaim(bytes: Buffer, meta: Members): Claim | undefined {
  if (startOf(meta, 0) === 0) return undefined
  const version = textAt(bytes, meta, 0)
  return { version, problem: version === undefined ? noVersion : problemOf(bytes, meta) }
}

const noVersion = `params._meta needs ${metaVersion} as a string`

function problemOf(bytes: Buffer, meta: Members): string | undefined {
  const capabilities = startOf(meta, 1)
  if (capabilities === 0 || bytes[capabilities] !== openBrace)
    return `params._meta needs ${metaClientCapabilities} as an object`
  if (
    startOf(meta, 2) === 0 ||
    (meta.inner && isString(bytes, meta.inner, 0) && isString(bytes, meta.inner, 1))
  )
    return undefined
  return `${metaClientInfo} needs a name and a version`
}

/** Where it is absent this looks at the first byte of the body, which is no quote. */
const isString = (bytes: Buffer, found: Members, index: number) => bytes[startOf(found, index)] === quote

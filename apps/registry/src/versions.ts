// Versions of what people edit: the ETag that a read tells, and the If-Match with which a change says what it began from.

import { createHash } from 'node:crypto'
import { AppError } from '@gatehouse/errors'

/** @param editable what a change could change, in the order of the wire */
export const etagOf = (editable: object): string =>
  `"${createHash('sha256').update(JSON.stringify(editable)).digest('base64url').slice(0, 22)}"`

/**
 * Call it where the row is locked. A change without If-Match goes ahead, as `*` does; a weak tag never matches (RFC 9110, 13.1.1).
 * @throws AppError version_conflict
 */
export function checkIfMatch(ifMatch: string | undefined, editable: object): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  const named = ifMatch.split(',').map((tag) => tag.trim())
  if (!named.includes(etagOf(editable))) throw new AppError('version_conflict')
}

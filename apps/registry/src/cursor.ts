// Where a list goes on that is not ordered by ids alone: what its last row was ordered by, as text that only the list itself reads.

import { AppError } from '@gatehouse/errors'
import type { z } from 'zod'
import { isStorable } from './parse.ts'

export const toCursor = (parts: readonly (string | number)[]) =>
  Buffer.from(JSON.stringify(parts)).toString('base64url')

/** @param parts as they were given to toCursor @throws AppError invalid_parameter for a cursor that no list made */
export function readCursor<S extends z.ZodType<readonly (string | number)[]>>(
  parts: S,
  cursor: string,
): z.output<S> {
  const parsed = parts.safeParse(readJson(Buffer.from(cursor, 'base64url').toString()))
  if (parsed.success && parsed.data.every((part) => typeof part === 'number' || isStorable(part)))
    return parsed.data
  throw new AppError('invalid_parameter', {
    todo: "Set 'cursor' to the next_cursor of an earlier answer",
    what: "'cursor' is not one",
  })
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

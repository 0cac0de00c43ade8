// From what came over HTTP to typed values: bodies, queries, ids. A refusal names the member and says what to do.

import { AppError } from '@gatehouse/errors'
import { z } from 'zod'

/** @throws AppError missing_required_field or invalid_request_body */
export function parseBody<S extends z.ZodType>(
  schema: S,
  body: unknown,
  { anyText = false }: { readonly anyText?: boolean } = {},
): z.output<S> {
  const parsed = schema.safeParse(body)
  if (parsed.success) {
    const bad = anyText ? undefined : unstorable(parsed.data)
    if (bad !== undefined) throw new AppError('invalid_request_body', { what: bad })
    return parsed.data
  }
  const missing = parsed.error.issues.find((issue) => isMissing(issue, body))
  if (missing) {
    const name = missing.path.join('.')
    throw new AppError('missing_required_field', {
      todo: `Set '${name}' to ${expected(missing)}`,
      what: `'${name}' is required`,
    })
  }
  throw new AppError('invalid_request_body', { what: sentences(parsed.error) })
}

/** @throws AppError invalid_parameter */
export function parseQuery<S extends z.ZodType>(schema: S, query: unknown): z.output<S> {
  const parsed = schema.safeParse(query)
  if (parsed.success) {
    const bad = unstorable(parsed.data)
    if (bad !== undefined) throw new AppError('invalid_parameter', { what: bad })
    return parsed.data
  }
  throw new AppError('invalid_parameter', { what: sentences(parsed.error) })
}

/** An id from a path, in lower case. @throws AppError invalid_parameter where it is no UUID */
export function parseId(text: unknown, name = 'id'): string {
  const parsed = z.uuid().safeParse(text)
  if (parsed.success) return parsed.data.toLowerCase()
  throw new AppError('invalid_parameter', { todo: `Set '${name}' to a UUID`, what: `'${name}' is not one` })
}

/** False for text that no database column takes: it has a zero byte or half a character. */
export const isStorable = (text: string) => !text.includes('\0') && text.isWellFormed()

/** Why the database would not take it. Nested as deeply as the schemas are. */
function unstorable(value: unknown, path = ''): string | undefined {
  if (typeof value === 'string')
    return isStorable(value) ? undefined : `${path || 'it'}: has a character that is not text`
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, member] of Object.entries(value)) {
    const bad = unstorable(member, path === '' ? name : `${path}.${name}`)
    if (bad !== undefined) return bad
  }
  return undefined
}

type Issue = z.core.$ZodIssue

/** True where the member isn't there, or is text without a character although some is required. */
function isMissing(issue: Issue, body: unknown): boolean {
  if (issue.path.length === 0) return false
  const value = issue.path.reduce<unknown>(
    (holder, name) => (typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined),
    body,
  )
  return value === undefined || (value === '' && issue.code === 'too_small')
}

function expected(issue: Issue): string {
  if (issue.code === 'too_small') return 'a non-empty string'
  if (issue.code !== 'invalid_type') return 'an allowed value'
  if (issue.expected === 'string') return 'a non-empty string'
  return `${/^[aeio]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`
}

const sentences = (error: z.ZodError) =>
  error.issues
    .slice(0, 5)
    .map((issue) => (issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message))
    .join('; ')

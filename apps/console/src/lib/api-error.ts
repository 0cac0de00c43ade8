// What went wrong, for the person: whose side it is, a sentence, both codes, the request's id.

/** Whose side it is: what the person sent, our own services, the MCP server, or the way there. */
export type Side = 'your input' | 'the gateway' | 'the server' | 'the network'

export interface ApiErrorFields {
  /** 0: nothing answered. */
  readonly status: number
  readonly code: string
  /** "what to do: what happened" */
  readonly detail: string
  readonly requestId: string | null
  /** Further members of the answer. */
  readonly data?: object
}

export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly requestId: string | null
  readonly data: object

  constructor(fields: ApiErrorFields) {
    super(fields.detail)
    this.name = 'ApiError'
    this.status = fields.status
    this.code = fields.code
    this.detail = fields.detail
    this.requestId = fields.requestId
    this.data = fields.data ?? {}
  }
}

/** The error that an answer stands for: an ErrorResponse, the flat 401 and 403, better-auth's, or something between us. */
export async function errorOf(response: Response): Promise<ApiError> {
  const { status } = response
  const requestId = response.headers.get('X-Request-Id')
  const body = await response.json().catch(() => null)
  const text = (name: string) => {
    const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
    return typeof value === 'string' ? value : undefined
  }
  const code =
    text('code') ?? (status === 401 ? 'unauthorized' : status === 403 ? 'forbidden' : `http_${status}`)
  const detail = text('detail') ?? text('message') ?? plain(status)
  const data: object = typeof body === 'object' && body !== null ? body : {}
  return new ApiError({ status, code, detail, requestId, data })
}

function plain(status: number): string {
  if (status === 401) return 'Sign in: you are not signed in, or your session ended'
  if (status === 403) return 'Ask an owner of the workspace: your role does not allow this'
  if (status === 429) return 'Wait a minute and try again: too many requests'
  return 'Try again; if it persists, report the request id to the operator: an unexpected answer'
}

/** Any thrown thing as an ApiError. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  const detail = 'Reload the page: the console itself failed'
  return new ApiError({ status: 0, code: 'console_error', detail, requestId: null })
}

/** Somebody was faster: the form tells what they changed. */
export const isConflict = (error: unknown): boolean => toApiError(error).code === 'version_conflict'

const ofServer = new Set([
  'upstream_unreachable',
  'upstream_invalid',
  'upstream_timeout',
  'upstream_auth_failed',
  'credential_unreadable',
  'oauth_failed',
  'oauth_discovery_failed',
  'oauth_registration_failed',
  'client_registration_required',
])

export function sideOf({ status, code }: Pick<ApiErrorFields, 'status' | 'code'>): Side {
  if (code === 'network') return 'the network'
  if (ofServer.has(code)) return 'the server'
  return status >= 400 && status < 500 ? 'your input' : 'the gateway'
}

/** When a failed read is worth asking again without being told, in ms; false where the same comes back. */
export function healsAfter(error: unknown): number | false {
  const { status, code } = toApiError(error)
  const side = sideOf({ status, code })
  if (code === 'console_error' || side === 'your input') return false
  // A registry that comes back is seen within seconds; somebody else's server isn't pressed.
  return side === 'the server' ? 15_000 : 3_000
}

/** The two halves of a detail: what to do, and what happened. */
export function halves(detail: string): { todo: string; what: string } {
  const at = detail.indexOf(': ')
  return at < 0 ? { todo: '', what: detail } : { todo: detail.slice(0, at), what: detail.slice(at + 2) }
}

const fieldOfCode: Readonly<Record<string, string>> = {
  url_not_allowed: 'url',
  invalid_header: 'headers',
  masked_header_value: 'headers',
  conflicting_auth: 'headers',
  slug_taken: 'slug',
  weak_password: 'password',
  email_taken: 'email',
}

/** The field of a form that an error is about; undefined where it is about none of them. */
export function fieldOf(
  { code, detail }: Pick<ApiErrorFields, 'code' | 'detail'>,
  fields: readonly string[],
) {
  const byCode = fieldOfCode[code]
  if (byCode !== undefined && fields.includes(byCode)) return byCode
  if (!['missing_required_field', 'invalid_request_body', 'invalid_parameter'].includes(code))
    return undefined
  return fields.find(
    (field) => detail.includes(`'${field}'`) || new RegExp(`(: |; )${field}[.:]`).test(detail),
  )
}

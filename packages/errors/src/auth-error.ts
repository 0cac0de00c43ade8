// Refusals of a credential. The published contract wants them flat, not as an ErrorResponse; renderFlat makes the body.

/**
 * 401 without a credential, 403 for one that is not good or may not do this. `detail` says which permission is missing;
 * it stays away from every refusal of the credential itself, so that those can't be told apart.
 */
export class AuthError extends Error {
  readonly status: 401 | 403
  readonly detail: string | undefined

  constructor(status: 401 | 403, detail?: string) {
    super(detail ?? (status === 401 ? 'Unauthorized' : 'Forbidden'))
    this.name = 'AuthError'
    this.status = status
    this.detail = detail
  }
}

/** The flat body: `{"error":"Unauthorized"}`, `{"error":"Forbidden"}`, with `detail` where there is one. */
export function renderFlat(error: AuthError): { error: string; detail?: string } {
  const name = error.status === 401 ? 'Unauthorized' : 'Forbidden'
  return error.detail === undefined ? { error: name } : { error: name, detail: error.detail }
}

// Everything that can be turned at the authorization server while it runs. faults.ts and provider.ts read it at each request.

/** An endpoint as `requests` and `faults` name it; `page` is what a person's browser sees after `authorize`. */
export type Endpoint = 'metadata' | 'register' | 'authorize' | 'page' | 'token' | 'revoke' | 'other'

/** Members of a JSON document to set; undefined takes one away. */
export type Overlay = Readonly<Record<string, unknown>>

export interface EndpointFault {
  /** Answers this instead. `error` alone is an OAuth error with status 400. */
  readonly answer?: {
    readonly error?: string
    readonly description?: string
    readonly status?: number
    readonly headers?: Readonly<Record<string, string>>
    /** The whole body, in place of the error. */
    readonly body?: string
  }
  /** Waits so long, or until it resolves, before it does anything. */
  readonly wait?: number | Promise<unknown>
  /** Does everything, and answers when this resolves. */
  readonly hold?: Promise<unknown>
  /** The connection is reset before the server has done anything, or when it has and its answer is due. */
  readonly reset?: 'before' | 'after'
  /** For so many requests; all, unless told. */
  readonly times?: number
}

export interface Switches {
  readonly faults?: Partial<Readonly<Record<Endpoint, EndpointFault>>>
  /** Where the metadata is: RFC 8414, OpenID with the issuer's path behind or in front of the well-known one. All, unless told. */
  readonly metadataAt?: readonly ('oauth' | 'openid-inserted' | 'openid-appended')[]
  /**
   * Changes the metadata: `{ issuer: 'https://other.example' }`, `{ code_challenge_methods_supported: undefined }` (no PKCE),
   * `{ registration_endpoint: undefined }`, `{ client_id_metadata_document_supported: true }`.
   */
  readonly metadata?: Overlay
  /** Changes what a registering client is answered. */
  readonly registration?: Overlay
  /** Changes what the token endpoint answers to requests that it grants. */
  readonly token?: Overlay
  /** `iss` in the redirect to the client: this one, or none. The right one, unless told. */
  readonly iss?: string | null
  /** In the redirect after "Deny"; may be hostile. */
  readonly denial?: { readonly error: string; readonly description?: string }
  /** Cross-Origin-Opener-Policy on every page, so that the window that opened it loses it. */
  readonly openerPolicy?: 'same-origin' | 'noopener-allow-popups'
  /** A refresh gives a new refresh token, and the old one used again ends the grant. True, unless told. */
  readonly rotation?: boolean
  /** Whom refresh tokens are for. Everybody, unless told. */
  readonly refreshTokens?: 'everybody' | 'offline_access' | 'nobody'
  /** An hour, unless told. */
  readonly accessTokenSeconds?: number
  /** Two weeks, unless told. */
  readonly refreshTokenSeconds?: number
  /** Which of the scopes that are asked for a person grants. All, unless told. */
  readonly grants?: (scopes: readonly string[]) => readonly string[]
  /** Where to fetch the client metadata document of a URL; `metadata` should announce it. The URL itself, unless told. */
  readonly clientMetadataFrom?: (url: string) => string
}

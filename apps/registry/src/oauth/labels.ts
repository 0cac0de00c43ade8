// What sealed OAuth values are bound to: each opens in its own row only, for the same issuer, owner and version.

/** A client's secret or private key, at the issuer that it was made for. */
export const secretLabel = (row: {
  readonly workspaceId: string
  readonly id: string
  readonly issuer: string
}): string[] => ['oauth-client-secret', row.workspaceId, row.id, row.issuer]

/** Tokens of one owner, as of one refresh. */
export const tokenLabel = (row: {
  readonly workspaceId: string
  readonly id: string
  readonly providerId: string
  readonly ownerId: string | null
  readonly generation: string
  readonly version: number
}): string[] => [
  'oauth-token',
  ...[row.workspaceId, row.id, row.providerId, row.ownerId ?? ''],
  ...[row.generation, String(row.version)],
]

/** The PKCE verifier of one visit. */
export const verifierLabel = (row: { readonly workspaceId: string; readonly id: string }): string[] => [
  'oauth-verifier',
  row.workspaceId,
  row.id,
]

/** Tokens that are to be revoked. */
export const revocationLabel = (row: { readonly workspaceId: string; readonly id: string }): string[] => [
  'oauth-revocation',
  row.workspaceId,
  row.id,
]

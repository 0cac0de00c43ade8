// The client that we are at an authorization server, ready to ask its endpoints: its metadata as discovered, and how it shows
// that it is this client. Every request goes out by egress.

import { createPrivateKey } from 'node:crypto'
import type { Secret } from '@gatehouse/config'
import type { Egress } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import * as oauth from 'oauth4webapi'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import type { Prisma } from '../generated/client.ts'
import { secretLabel } from '../oauth/labels.ts'

const columns = {
  workspaceId: true,
  id: true,
  kind: true,
  issuer: true,
  resource: true,
  metadata: true,
  scopes: true,
  clientId: true,
  sealedSecret: true,
  dataKeyId: true,
  authMethod: true,
} as const satisfies Prisma.OAuthProviderSelect

export interface OAuthClient {
  readonly server: oauth.AuthorizationServer
  readonly client: oauth.Client
  readonly auth: oauth.ClientAuth
  /** What tokens are asked for. */
  readonly resource: string
  /** What `auth` is made of. */
  readonly shows: { readonly method: string; readonly secret: Secret | undefined }
}

/** Opens the secret in this transaction. @throws AppError credential_unreadable, or where there is no such provider */
export async function readClient(
  deps: Pick<Deps, 'sealer'>,
  tx: Tx,
  workspaceId: string,
  providerId: string,
): Promise<OAuthClient> {
  await tx.$queryRaw`
    SELECT id FROM oauth_provider WHERE workspace_id = ${workspaceId}::uuid AND id = ${providerId}::uuid FOR SHARE`
  const row = await tx.oAuthProvider.findUniqueOrThrow({
    where: { workspaceId_id: { workspaceId, id: providerId } },
    select: columns,
  })
  const { sealedSecret: sealed, dataKeyId } = row
  const secret =
    sealed && dataKeyId
      ? await deps.sealer.openFor(tx, workspaceId, secretLabel(row), { sealed, dataKeyId })
      : undefined
  return toClient(row, secret)
}

interface Known {
  readonly issuer: string
  readonly metadata: unknown
  readonly clientId: string
  readonly authMethod: string
  readonly resource: string
}

/** @throws AppError credential_unreadable */
export const toClient = async (known: Known, secret: Secret | undefined): Promise<OAuthClient> => ({
  // As it was discovered: oauth4webapi looks at each member before it is used.
  server: { ...(known.metadata as object), issuer: known.issuer },
  client: { client_id: known.clientId },
  auth: await clientAuth(known.authMethod, secret),
  resource: known.resource,
  shows: { method: known.authMethod, secret },
})

/** @param secret a shared one, or for `private_key_jwt` the key: PKCS#8 PEM, or a JWK as JSON */
export async function clientAuth(method: string, secret: Secret | undefined): Promise<oauth.ClientAuth> {
  if (method === 'none') return oauth.None()
  if (secret === undefined) throw new AppError('credential_unreadable', { what: 'the client has no secret' })
  if (method === 'client_secret_basic') return basicAuth(secret)
  if (method === 'client_secret_post') return oauth.ClientSecretPost(secret.reveal())
  if (method === 'private_key_jwt') return oauth.PrivateKeyJwt(await privateKey(secret.reveal()))
  throw new AppError('credential_unreadable', { what: `the client shows itself by '${method}'` })
}

/**
 * RFC 6749 section 2.3.1. What the form encoding leaves alone is left alone: oauth4webapi escapes `-`, `.` and `_` too, and many
 * authorization servers compare without decoding.
 */
const basicAuth =
  (secret: Secret): oauth.ClientAuth =>
  (_server, client, _body, headers) => {
    const pair = [client.client_id, secret.reveal()].map(formEncoded).join(':')
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`)
  }

const formEncoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)

const algorithms: Readonly<Record<string, Parameters<typeof crypto.subtle.importKey>[2]>> = {
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  'ec prime256v1': { name: 'ECDSA', namedCurve: 'P-256' },
  'ec secp384r1': { name: 'ECDSA', namedCurve: 'P-384' },
  ed25519: { name: 'Ed25519' },
}

async function privateKey(text: string): Promise<oauth.PrivateKey> {
  try {
    const jwk = text.trimStart().startsWith('{') ? JSON.parse(text) : undefined
    const key = createPrivateKey(jwk ? { key: jwk, format: 'jwk' } : text)
    const { namedCurve } = key.asymmetricKeyDetails ?? {}
    const algorithm = algorithms[[key.asymmetricKeyType, namedCurve].filter(Boolean).join(' ')]
    if (algorithm === undefined) throw new Error('a key of this type is not supported')
    const bytes = key.export({ format: 'der', type: 'pkcs8' })
    const imported = await crypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign'])
    return { key: imported, ...(typeof jwk?.kid === 'string' && { kid: jwk.kid }) }
  } catch (cause) {
    throw new AppError('credential_unreadable', {
      what: 'the private key of the client can not be used',
      cause,
    })
  }
}

/** Options for a request of oauth4webapi. Plain http is egress's to refuse. */
export const byEgress = (egress: Pick<Egress, 'fetch'>, timeoutMs: number) => ({
  [oauth.allowInsecureRequests]: true,
  [oauth.customFetch]: (
    url: string,
    init: { method: string; headers: Record<string, string>; body?: unknown },
  ) =>
    egress.fetch(url, {
      method: init.method,
      headers: init.headers,
      body: init.body instanceof URLSearchParams ? init.body : null,
      timeoutMs,
    }),
})

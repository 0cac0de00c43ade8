// A connection for tests of what comes after connecting: granted by a real authorization server to a person who signed in there,
// or made up; its rows and what is sealed in them are written directly.

import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { Secret } from '@gatehouse/config'
import type { AuthorizationServer } from '@gatehouse/testkit/authorization-server'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import { sealTokens, type Tokens, tokens } from '../connections/tokens.ts'
import type { Transactions } from '../db.ts'
import type { Deps } from '../deps.ts'
import { secretLabel } from '../oauth/labels.ts'

/** A client that was registered by hand, and what a person granted it. */
export interface Grant {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly metadata: object
  readonly tokens: Tokens
  readonly expiresInS: number
}

const endpoints = z.looseObject({ authorization_endpoint: z.string(), token_endpoint: z.string() })
const granted = tokens.extend({ expires_in: z.number() })

const redirectUri = 'http://localhost:7402/connect/callback'

/** The whole authorization code flow. */
export async function grantAt(
  server: AuthorizationServer,
  resource: string,
  login: string,
  more: { readonly grantTypes?: readonly string[] } = {},
): Promise<Grant> {
  const known = await fetch(`${server.issuer}/.well-known/openid-configuration`)
  const metadata = endpoints.parse(await known.json())
  const [clientId, clientSecret] = [randomUUID(), randomUUID()]
  await server.addClient({
    ...{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] },
    ...{ token_endpoint_auth_method: 'client_secret_basic', application_type: 'native' },
    grant_types: [...(more.grantTypes ?? ['authorization_code', 'refresh_token'])],
  })
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL(metadata.authorization_endpoint)
  url.search = new URLSearchParams({
    ...{ client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope: 'read', resource },
    ...{ code_challenge: createHash('sha256').update(verifier).digest('base64url') },
    code_challenge_method: 'S256',
  }).toString()
  const code = (await server.approve(url, login)).searchParams.get('code') ?? ''
  const answer = await fetch(metadata.token_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', code, redirect_uri: redirectUri, resource },
      code_verifier: verifier,
    }),
  })
  const { expires_in: expiresInS, ...given } = granted.parse(await answer.json())
  return {
    ...{ issuer: server.issuer, clientId, clientSecret, metadata },
    ...{ tokens: given, expiresInS },
  }
}

export interface TestConnectionOptions {
  readonly serverId: string
  readonly resource: string
  /** The person; a service's connection without one. */
  readonly ownerId?: string | null
  /** Made up unless told, at an authorization server that is nowhere. */
  readonly grant?: Partial<Grant>
  readonly expiresAt?: Date | null
  readonly refreshExpiresAt?: Date
  readonly kind?: 'dynamic' | 'manual'
  /** With this client, which the workspace shares: its id. */
  readonly shared?: string
  readonly metadata?: object
}

export interface TestConnection {
  readonly id: string
  readonly providerId: string
  readonly generation: string
}

/** Makes its server one that wants accounts. */
export async function addConnection(
  deps: Pick<Deps, 'sealer' | 'now'> & { readonly db: Transactions },
  workspaceId: string,
  options: TestConnectionOptions,
): Promise<TestConnection> {
  const { serverId, resource, ownerId = null, grant = {}, kind = 'dynamic' } = options
  const [id, providerId, generation] = [uuidv7(), options.shared ?? uuidv7(), uuidv7()]
  const { issuer = 'https://issuer.test', clientId = 'client', clientSecret = 'made up' } = grant
  const metadata = { issuer, token_endpoint: `${issuer}/token`, ...grant.metadata, ...options.metadata }
  const now = deps.now()
  const expiresAt =
    options.expiresAt === undefined
      ? new Date(now.getTime() + (grant.expiresInS ?? 3_600) * 1_000)
      : options.expiresAt
  const given = grant.tokens ?? { access_token: 'made-up', refresh_token: 'made-up', token_type: 'bearer' }
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    await tx.mcpServer.update({
      where: { workspaceId_id: { workspaceId, id: serverId } },
      data: options.shared
        ? { authType: 'oauth', oauthMode: 'legacy_shared_provider', oauthProviderId: providerId }
        : { authType: 'oauth', oauthMode: 'per_user_dynamic_client' },
    })
    const label = secretLabel({ workspaceId, id: providerId, issuer })
    const secret = await deps.sealer.sealFor(tx, workspaceId, label, new Secret(clientSecret))
    const whose = options.shared ? { serverId: null, ownerId: null } : { serverId, ownerId }
    await tx.oAuthProvider.createMany({
      data: {
        ...{ workspaceId, id: providerId, name: 'A client', kind, ...whose, issuer, resource },
        ...{ metadata, clientId, sealedSecret: secret.sealed, dataKeyId: secret.dataKeyId },
        ...{ authMethod: 'client_secret_basic', redirectUri },
      },
      skipDuplicates: true,
    })
    const of = { serverId: options.shared ? null : serverId, ownerId }
    const place = { workspaceId, id, providerId, ...of, generation, version: 1 }
    await tx.oAuthToken.create({
      data: {
        ...{ ...place, ...(await sealTokens(deps, tx, place, given)), scopes: ['read'] },
        ...{ expiresAt, refreshExpiresAt: options.refreshExpiresAt ?? null, createdAt: now, updatedAt: now },
      },
    })
  })
  return { id, providerId, generation }
}

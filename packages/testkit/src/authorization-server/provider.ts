// The authorization server itself: oidc-provider, set up as those of MCP servers are. start.ts puts a front with faults before it.

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { Provider } from 'oidc-provider'
import type { Store } from './store.ts'
import type { Switches } from './switches.ts'

const hourSeconds = 3600
const fortnightSeconds = 14 * 24 * hourSeconds

/** @param scopes of every resource, besides `openid` and `offline_access` */
export function createProvider(
  issuer: string,
  store: Store,
  scopes: readonly string[],
  switches: () => Switches,
): Provider {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const accessTokenTTL = () => switches().accessTokenSeconds ?? hourSeconds
  const resource = async (_: unknown, audience: string) =>
    ({
      scope: scopes.join(' '),
      audience,
      accessTokenTTL: accessTokenTTL(),
      accessTokenFormat: 'opaque',
    }) as const
  return new Provider(issuer, {
    adapter: store.adapter,
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'key' }] },
    clockTolerance: 0, // what has run out is refused at once
    cookies: { keys: [randomBytes(32).toString('hex')] },
    scopes: ['openid', 'offline_access', ...scopes],
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    pkce: { required: () => true },
    features: {
      clientCredentials: { enabled: true },
      clientIdMetadataDocument: {
        enabled: true,
        ack: 'draft-02',
        allowFetch: () => true,
        allowClient: () => true,
      },
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      registration: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: resource, useGrantedResource: () => true },
      revocation: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
    // its own dispatcher connects to no inside address: here there are no others
    fetch: (url, options) =>
      fetch(switches().clientMetadataFrom?.(String(url)) ?? url, { headers: { ...options?.headers } }),
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_, { uid }) => new URL(`${issuer}/person/${uid}`).pathname },
    renderError(ctx, { error, error_description }) {
      ctx.type = 'text'
      ctx.body = `${error}: ${error_description}`
    },
    rotateRefreshToken: () => switches().rotation ?? true,
    expiresWithSession: () => false,
    issueRefreshToken(_, client, { scopes: granted }) {
      const { refreshTokens = 'everybody' } = switches()
      if (refreshTokens === 'nobody' || !client.grantTypeAllowed('refresh_token')) return false
      return refreshTokens === 'everybody' || granted.has('offline_access')
    },
    ttl: {
      AccessToken: accessTokenTTL,
      AuthorizationCode: 60,
      ClientCredentials: accessTokenTTL,
      Grant: fortnightSeconds,
      IdToken: hourSeconds,
      Interaction: hourSeconds,
      RefreshToken: () => switches().refreshTokenSeconds ?? fortnightSeconds,
      Session: fortnightSeconds,
    },
  })
}

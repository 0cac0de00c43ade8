// The way to a connection: clients at authorization servers, auth sessions, and what a person's browser asks on it.

import { z } from 'zod'
import { page, pageQuery } from '../calls.ts'
import {
  connectLink,
  continuedConnect,
  createConnection,
  finishConnect,
  finishedConnect,
  startedConnection,
} from '../connections.ts'
import {
  authSession,
  authSessionState,
  createAuthSession,
  createProvider,
  oauthProvider,
  registeredProvider,
  registerProvider,
  waitQuery,
} from '../oauth.ts'
import { uuid } from '../primitives.ts'
import type { Operation } from './operation.ts'

const base = '/v1/deepagents'
const id = z.object({ id: uuid })
const token = z.object({ token: z.string() })
const discoveryCodes = [
  'oauth_discovery_failed',
  'url_not_allowed',
  'upstream_unreachable',
  'upstream_timeout',
  'upstream_invalid',
  'credential_unreadable',
] as const
const registrationCodes = [
  'mcp_server_not_found',
  'invalid_parameter',
  'client_registration_required',
  'oauth_registration_failed',
  ...discoveryCodes,
] as const

export const oauthOperations: readonly Operation[] = [
  {
    id: 'registerOAuthProvider',
    method: 'post',
    path: `${base}/mcp-servers/{mcp_server_id}/oauth-provider`,
    tag: 'Connections',
    summary: "Register the caller's client for a per-user server",
    description:
      'Finds the authorization server and makes us known to it: by a client that was entered by hand, by our client metadata document, or by dynamic registration. A repeat answers the same, unless the server has another authorization server now.',
    permission: 'mcp-servers:invoke',
    params: z.object({ mcp_server_id: uuid }),
    body: registerProvider,
    bodyOptional: true,
    answers: { 200: { description: 'The provider', schema: registeredProvider } },
    codes: registrationCodes,
  },
  {
    id: 'createAuthSession',
    method: 'post',
    path: `${base}/auth-sessions`,
    tag: 'Connections',
    summary: 'Begin to connect an account, or reuse a connection',
    permission: 'mcp-servers:invoke',
    body: createAuthSession,
    answers: {
      200: { description: 'There is a connection already', schema: authSession },
      201: { description: 'Somebody has to follow the verification URL', schema: authSession },
    },
    codes: ['invalid_parameter'],
  },
  {
    id: 'getAuthSession',
    method: 'get',
    path: `${base}/auth-sessions/{id}`,
    tag: 'Connections',
    summary: 'Wait for the end of an auth session',
    description: 'Answers at once when it ends, else after `wait_seconds`.',
    permission: 'mcp-servers:invoke',
    params: id,
    query: waitQuery,
    answers: { 200: { description: 'How it stands', schema: authSessionState } },
    codes: ['auth_session_not_found'],
  },
  {
    id: 'createConnection',
    method: 'post',
    path: '/v1/connections',
    tag: 'Connections',
    summary: 'Begin to connect an account to a server',
    description:
      'Registers the client where that has not happened, and begins an auth session. Scopes that are asked for are joined with those that were granted before.',
    permission: 'mcp-servers:invoke',
    body: createConnection,
    answers: {
      201: { description: 'Somebody has to follow the verification URL', schema: startedConnection },
    },
    codes: registrationCodes,
  },
  {
    id: 'showConnectLink',
    method: 'get',
    path: '/v1/connect/{token}',
    tag: 'Connections',
    summary: 'Look at a link to connect',
    description: 'For the session of the person whom the link is for.',
    permission: null,
    params: token,
    answers: { 200: { description: 'Who asks for what', schema: connectLink } },
    codes: ['connect_link_not_found'],
  },
  {
    id: 'followConnectLink',
    method: 'post',
    path: '/v1/connect/{token}',
    tag: 'Connections',
    summary: 'Follow a link to connect, once',
    permission: null,
    params: token,
    answers: { 200: { description: 'Where the browser goes next', schema: continuedConnect } },
    codes: ['connect_link_not_found', 'credential_unreadable'],
  },
  {
    id: 'finishConnect',
    method: 'post',
    path: '/v1/connect/callback',
    tag: 'Connections',
    summary: 'Hand over what the authorization server sent back',
    description: 'From the browser session that followed the link, once, within ten minutes.',
    permission: null,
    body: finishConnect,
    answers: { 200: { description: 'It is connected', schema: finishedConnect } },
    codes: ['oauth_state_unknown', 'oauth_denied', 'oauth_failed', 'credential_unreadable'],
  },
  {
    id: 'listOAuthProviders',
    method: 'get',
    path: '/v1/oauth-providers',
    tag: 'Connections',
    summary: 'List clients at authorization servers',
    description: "Newest first: shared ones and one's own, and everybody's with `api-keys:all`.",
    permission: 'mcp-servers:read',
    query: pageQuery,
    answers: { 200: { description: 'A page of providers', schema: page(oauthProvider) } },
    codes: [],
  },
  {
    id: 'createOAuthProvider',
    method: 'post',
    path: '/v1/oauth-providers',
    tag: 'Connections',
    summary: 'Enter a client that was registered by hand',
    description:
      'The secret is stored sealed and never shown again. A server names it in `oauth_provider_id`.',
    permission: 'mcp-servers:create',
    body: createProvider,
    idempotent: true,
    answers: { 201: { description: 'The provider', schema: oauthProvider } },
    codes: ['invalid_parameter', 'oauth_provider_not_found', ...discoveryCodes],
  },
  {
    id: 'deleteOAuthProvider',
    method: 'delete',
    path: '/v1/oauth-providers/{id}',
    tag: 'Connections',
    summary: 'Delete a client, and every connection that was made with it',
    permission: 'mcp-servers:delete',
    params: id,
    answers: { 204: { description: 'It is deleted, or never was' } },
    codes: ['revocation_pending'],
  },
]

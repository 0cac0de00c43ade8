// For tests: a server that wants accounts, its authorization server, and a person on the way from one to the other.

import {
  type AuthorizationServer,
  type ProtectedServer,
  startAuthorizationServer,
  startProtectedServer,
} from '@gatehouse/testkit/authorization-server'
import { expect } from 'vitest'
import { client } from './client.ts'
import { signIn, type TestPerson } from './person.ts'
import type { TestRegistry, TestWorkspace } from './registry.ts'

const base = '/v1/deepagents'

export interface Accounts {
  readonly issuer: AuthorizationServer
  readonly upstream: ProtectedServer
  /** Both without a fault, and nothing asked of them. */
  reset(): void
  close(): Promise<void>
}

/** Without a scope this authorization server grants nothing. */
export const named = { scopes_supported: ['read', 'write'] }

export async function startAccounts(path?: string): Promise<Accounts> {
  const issuer = await startAuthorizationServer(path === undefined ? {} : { path })
  const switches = { metadata: named }
  const upstream = await startProtectedServer({ authorizationServer: issuer, switches })
  return {
    issuer,
    upstream,
    reset() {
      issuer.set({})
      upstream.set({ metadata: named })
      issuer.requests.length = 0
    },
    async close() {
      await upstream.close()
      await issuer.close()
    },
  }
}

export interface Traveller {
  readonly person: TestPerson
  readonly ask: ReturnType<typeof client>
  readonly serverId: string
  /** The three steps of the published contract, up to the link. */
  begin(more?: object): Promise<{ id: string; providerId: string; link: string }>
  /** The browser, up to what the authorization server answers when its person allows. */
  follow(link: string, who?: TestPerson): Promise<{ url: URL; back: Record<string, string> }>
  finish(
    back: Record<string, string>,
    who?: TestPerson,
  ): Promise<{ status: number; body: Record<string, unknown> }>
}

/** A person with an API key and a browser, at a new per-user server of this workspace. */
export async function travel(
  registry: TestRegistry,
  workspace: TestWorkspace,
  { issuer, upstream }: Accounts,
  login = 'ann',
): Promise<Traveller> {
  const key = await workspace.key({ role: 'operator' })
  const ask = client(registry.url, key.key)
  const person = await signIn(registry, workspace, { userId: key.userId ?? '' })
  const { body } = await ask('POST', `${base}/mcp-servers`, {
    body: { name: 'Notes', url: upstream.url, auth_type: 'oauth', oauth_mode: 'per_user_dynamic_client' },
  })
  const serverId = String(body.id)
  return {
    ...{ person, ask, serverId },
    async begin(more = {}) {
      const { body: provider } = await ask('POST', `${base}/mcp-servers/${serverId}/oauth-provider`)
      const wanted = { provider_id: provider.oauth_provider_id, scopes: [], strategy: 'CREATE', ...more }
      const { status, body: session } = await ask('POST', `${base}/auth-sessions`, { body: wanted })
      expect([status, session.status]).toEqual([201, 'PENDING'])
      const link = String(session.verification_url).split('/connect/')[1] ?? ''
      return { id: String(session.id), providerId: String(session.provider_id), link }
    },
    async follow(link, who = person) {
      const response = await who.post(`/v1/connect/${link}`, {})
      expect(response.status).toBe(200)
      const { authorization_url: url } = (await response.json()) as { authorization_url: string }
      const back = await issuer.approve(url, login)
      return { url: new URL(url), back: Object.fromEntries(back.searchParams) }
    },
    async finish(back, who = person) {
      const response = await who.post('/v1/connect/callback', back)
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    },
  }
}

/** What the audit trail of a workspace says was done, in order; signing in left out. */
export async function actionsIn({ deps }: TestRegistry, { id }: TestWorkspace): Promise<string[]> {
  const events = await deps.db.inWorkspace(id, (tx) =>
    tx.auditEvent.findMany({ orderBy: { seq: 'asc' }, select: { action: true } }),
  )
  return events.map(({ action }) => action).filter((action) => action !== 'user.signed-in')
}

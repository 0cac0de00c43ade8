// A server that wants OAuth, with an authorization server of its own, registered so that each person connects an account there.

import {
  type ProtectedSwitches,
  startAuthorizationServer,
  startProtectedServer,
} from '@gatehouse/testkit/authorization-server'
import type { Person } from './people.ts'
import type { Replicas } from './replicas.ts'

/** Registers it as `notes`. */
export async function startNotes(stack: Replicas, switches: ProtectedSwitches) {
  const issuer = await startAuthorizationServer()
  const upstream = await startProtectedServer({ authorizationServer: issuer, switches })
  const made = await stack.registries[0]?.ask('POST', '/v1/deepagents/mcp-servers', {
    ...{ name: 'Notes', slug: 'notes', url: upstream.url },
    ...{ auth_type: 'oauth', oauth_mode: 'per_user_dynamic_client' },
  })
  if (made?.status !== 201)
    throw new Error(`registering answered ${made?.status}: ${JSON.stringify(made?.body)}`)
  const { id } = made.body as { id: string } // as registered
  return {
    id,
    issuer,
    upstream,
    /** Whose tool calls it took, in order: their logins. */
    callers: () => upstream.callers.filter(({ method }) => method === 'tools/call').map(({ sub }) => sub),
    /** How many refresh tokens were brought so far. */
    refreshes: () => issuer.requestsTo('token', 'refresh_token').length,
    /** In the browser, up to the page that says that it is done. @throws Error where it does not say so */
    async connect(person: Person, login: string, scopes: readonly string[] = []): Promise<void> {
      const begun = await person.ask('POST', '/v1/connections', { server_id: id, scopes })
      const link = String(begun.verification_url).split('/connect/')[1]
      const { authorization_url } = await person.ask('POST', `/v1/connect/${link}`, {})
      const back = await issuer.approve(String(authorization_url), login)
      const { state, code, iss } = Object.fromEntries(back.searchParams)
      const done = await person.ask('POST', '/v1/connect/callback', { state, code, iss })
      if (done.status !== 'COMPLETED') throw new Error(`connecting ended ${JSON.stringify(done)}`)
    },
    async close() {
      await upstream.close()
      await issuer.close()
    },
  }
}

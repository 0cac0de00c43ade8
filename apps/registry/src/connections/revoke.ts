// Takes the tokens of one connection back at its authorization server (RFC 7009), where that offers it. Who tries again where it is
// away: revocations.ts.

import type { Egress } from '@gatehouse/egress'
import * as oauth from 'oauth4webapi'
import type { Deps } from '../deps.ts'
import { byEgress, type OAuthClient } from './client-of.ts'
import type { Tokens } from './tokens.ts'

const timeoutMs = 5_000

interface Revoking {
  /** For the log. */
  readonly id: string
  readonly client: OAuthClient
  readonly tokens: Tokens
}

interface With {
  readonly egress: Pick<Egress, 'fetch'>
  readonly log: Deps['log']
}

/** @returns false where asking again may help */
export async function revoke(on: With, { id, client: { server, client, auth }, tokens }: Revoking) {
  if (server.revocation_endpoint === undefined) return true
  const options = byEgress(on.egress, timeoutMs)
  let isDone = true
  for (const kind of ['refresh_token', 'access_token'] as const) {
    const token = tokens[kind]
    if (!token) continue
    try {
      const additionalParameters = { token_type_hint: kind }
      const { status } = await oauth.revocationRequest(server, client, auth, token, {
        ...options,
        additionalParameters,
      })
      if (status === 200) continue
      isDone &&= !isPassing(status)
      on.log.warn({ connection: id, kind, status }, unrevoked)
    } catch (err) {
      isDone = false
      on.log.warn({ connection: id, kind, err: (err as Error).message }, unrevoked)
    }
  }
  return isDone
}

/** RFC 7009 section 2.2.1: 503 says so itself; any other refusal of ours would be repeated. */
const isPassing = (status: number) => status >= 500 || [408, 425, 429].includes(status)

const unrevoked = 'an authorization server did not revoke a token'

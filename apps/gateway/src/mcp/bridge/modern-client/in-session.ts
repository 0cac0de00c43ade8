// What we say in an upstream session beside calls: answers to the server's questions, cancellations, notifications, subscriptions.

import { AppError } from '@gatehouse/errors'
import { protocolVersionHeader, sessionHeader } from '@gatehouse/protocol'
import { rawMember } from '@gatehouse/upstream'
import type { Deps } from '../../../deps.ts'
import { converse } from '../../../upstream/converse.ts'
import type { OpenSession } from '../../../upstream/sessions.ts'
import type { Bearer } from '../../session-token.ts'
import { isObject } from './capabilities.ts'
import type { Refusal } from './questions.ts'

/** The headers that go with every message in it. */
export function sessionHeaders({ protocolVersion, sessionId }: OpenSession): [string, string][] {
  const version: [string, string] = [protocolVersionHeader, protocolVersion]
  return sessionId === undefined ? [version] : [version, [sessionHeader, sessionId]]
}

const patience = 10_000

/**
 * One message that wants no response.
 * @returns the status. Throws as converse.
 */
export async function tell(
  deps: Deps,
  bearer: Bearer,
  session: OpenSession,
  body: string,
  patienceMs = patience,
): Promise<number> {
  const signal = AbortSignal.timeout(patienceMs)
  const conversation = await converse(deps, bearer, {
    headers: sessionHeaders(session),
    body,
    patienceMs,
    signal,
  })
  // Read to its end, so that the connection can be used again.
  for await (const _ of conversation.messages);
  return conversation.status
}

/**
 * One request.
 * @param params JSON text
 * @returns the response. Throws as converse, and upstream_invalid where there is none.
 */
export async function ask(
  deps: Deps,
  bearer: Bearer,
  session: OpenSession,
  method: string,
  params: string,
): Promise<string> {
  const id = session.nextId()
  const signal = AbortSignal.timeout(patience)
  const conversation = await converse(deps, bearer, {
    headers: sessionHeaders(session),
    body: `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"${method}","params":${params}}`,
    patienceMs: patience,
    signal,
  })
  for await (const text of conversation.messages) {
    const message: unknown = JSON.parse(text)
    if (isObject(message) && message.method === undefined && message.id === id) return text
  }
  throw new AppError('upstream_invalid', { what: `it did not answer ${method}` })
}

/** Answers a request of the server's with an error, or with nothing wrong where it is a ping. Returns at once, never fails. */
export function refuseRequest(
  deps: Deps,
  bearer: Bearer,
  session: OpenSession,
  text: string,
  method: string,
  refusal: Refusal = { code: -32601, message: 'Method not found' },
): void {
  const outcome = method === 'ping' ? '"result":{}' : `"error":${JSON.stringify(refusal)}`
  const body = `{"jsonrpc":"2.0","id":${rawMember(text, 'id') ?? 'null'},${outcome}}`
  tell(deps, bearer, session, body).catch((error) =>
    deps.log.info({ err: error }, 'a server did not take the answer to its request'),
  )
}

// A legacy client whose account was connected anew goes on in its session: the one that it had at the server was the old connection's,
// so another one is opened with what the client said in its handshake, shared by all replicas (upstream/sessions.ts). The client's
// own session id stays. What it had set there before, it has to set again.

import type { Deps } from '../../deps.ts'
import { ServerChanged } from '../../registry/knowledge.ts'
import { type Bearer, type Session, tokenDigest } from '../session-token.ts'

/** It was opened by a connection that another one has replaced since. */
export const isOfEarlier = (session: Session, { generation }: Bearer): boolean =>
  session.generation !== generation && session.handshake !== undefined

/**
 * @param work is given the session to use; undefined where the server keeps none any more. `gone` tells that the server does not
 * know it.
 * @throws ServerChanged; AppError of the handshake's failure
 */
export async function goOn<T>(
  deps: Pick<Deps, 'upstreamSessions'>,
  bearer: Bearer,
  token: string,
  before: Session,
  work: (session: Session | undefined, gone: () => void) => Promise<T>,
): Promise<T> {
  const { capabilities = {}, clientInfo } = before.handshake ?? {}
  const { protocolVersion } = before
  const client = { id: tokenDigest(token), protocolVersion, clientInfo }
  const own = await deps.upstreamSessions.open(bearer, { capabilities, client })
  if (own === undefined) throw new ServerChanged(bearer.server.slug)
  const release = deps.upstreamSessions.keep(own)
  try {
    const { sessionId: upstreamId } = own
    const now =
      upstreamId === undefined ? undefined : { ...before, upstreamId, generation: bearer.generation }
    return await work(now, () => void deps.upstreamSessions.forget(bearer, own))
  } finally {
    release()
  }
}

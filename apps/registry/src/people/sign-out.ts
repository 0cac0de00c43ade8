// Ends a session and audits that in one transaction. better-auth, which comes next and clears the cookie, would answer 200
// also where it could not end it.

import { fromNodeHeaders } from 'better-auth/node'
import type { Request } from 'express'
import type { Deps } from '../deps.ts'
import { endTokensOf } from '../gateway-tokens/end-tokens.ts'
import { auditPerson } from './audit-person.ts'
import { checkOrigin } from './session-actor.ts'
import { withinOutageLimit } from './within-outage-limit.ts'

/**
 * Does nothing where nobody is signed in. Answers when no gateway takes a token of the session any more.
 * @throws AppError origin_forbidden, database_unavailable, revocation_pending
 */
export async function signOut(deps: Deps, req: Request, requestId: string): Promise<void> {
  const headers = fromNodeHeaders(req.headers)
  const found = await withinOutageLimit(deps, () =>
    deps.auth.api.getSession({ headers, query: { disableRefresh: true } }),
  )
  if (found === null) return
  checkOrigin(deps, req)
  const { id, userId } = found.session
  const revision = await deps.db.asSystem(async (tx) => {
    const { count } = await tx.session.deleteMany({ where: { id } })
    if (count > 0) await auditPerson(tx, userId, 'user.signed-out', requestId)
    return endTokensOf(tx, deps, [id])
  })
  if (revision === undefined) return
  deps.changes.published(revision)
  await deps.changes.settled(revision)
}

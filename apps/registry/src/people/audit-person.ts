// What people do with their accounts, in the audit trail of each of their workspaces: signing in and changing the password as
// hooks of better-auth, signing out in sign-out.ts. Coming in by a link is audited where that is done.

import type { GenericEndpointContext } from 'better-auth'
import { audit } from '../audit.ts'
import type { Db, Tx } from '../db.ts'
import { personActor } from './session-actor.ts'

/** Named by the handler of auth-routes.ts, as the hooks see nothing else of a request. */
export const requestIdHeader = 'x-gatehouse-request-id'

/** For better-auth's `databaseHooks`. */
export const auditingHooks = (db: Db) => ({
  session: {
    create: {
      // better-auth stores the session itself, so the event comes before, in a transaction of its own: nobody comes in without
      // one, and at worst one tells of a session whose storing failed then.
      async before({ userId }: { userId: string }, from: GenericEndpointContext | null) {
        if (from?.path !== '/sign-in/email') return
        await db.asSystem((tx) =>
          auditPerson(tx, userId, 'user.signed-in', requestIdOf(from), { by: 'password' }),
        )
      },
    },
  },
  account: {
    update: {
      // One transaction for event and password; better-auth then writes the same password again.
      async before(
        { password }: { password?: string | null | undefined },
        from: GenericEndpointContext | null,
      ) {
        const userId = from?.context.session?.user.id
        if (from?.path !== '/change-password' || userId === undefined || !password) return
        await db.asSystem(async (tx) => {
          await tx.account.updateMany({ where: { userId, providerId: 'credential' }, data: { password } })
          await auditPerson(tx, userId, 'user.password-changed', requestIdOf(from))
        })
      },
    },
  },
})

/** As gatehouse_system. */
export async function auditPerson(
  tx: Tx,
  userId: string,
  action: string,
  requestId: string,
  after?: Readonly<Record<string, string>>,
): Promise<void> {
  const { memberships, ...person } = await tx.user.findUniqueOrThrow({
    where: { id: userId },
    // Always in one order, as each locks the head of its workspace's chain.
    select: {
      id: true,
      name: true,
      memberships: { orderBy: { workspaceId: 'asc' }, select: { workspaceId: true } },
    },
  })
  const event = { action, objectType: 'user', objectId: userId, requestId, ...(after && { after }) }
  for (const { workspaceId } of memberships) await audit(tx, personActor(workspaceId, person), event)
}

const requestIdOf = (from: GenericEndpointContext) => from.headers?.get(requestIdHeader) ?? ''

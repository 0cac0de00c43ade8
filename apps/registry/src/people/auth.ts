// Passwords and sessions, by better-auth. Only the operations in auth-routes.ts are reachable from outside; everything about
// workspaces is ours.

import { hkdfSync } from 'node:crypto'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import { createAuthEndpoint, isAPIError } from 'better-auth/api'
import { setSessionCookie } from 'better-auth/cookies'
import { betterAuth } from 'better-auth/minimal'
import type { Logger } from 'pino'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Db } from '../db.ts'
import type { Installation } from '../installation.ts'
import { auditingHooks } from './audit-person.ts'
import { countTries } from './count-tries.ts'
import { minPasswordLength } from './password.ts'

/** Named by the handler of auth-routes.ts, so that nobody chooses their own. */
export const clientAddressHeader = 'x-gatehouse-client-address'

export type Auth = ReturnType<typeof makeAuth>

/** The cookie is `gatehouse`, over https `__Host-gatehouse`; its secret follows from the installation's key, so it outlives a master key. */
export function makeAuth(on: {
  readonly config: Config
  readonly db: Db
  readonly log: Logger
  readonly installation: Installation
}) {
  const { origin, protocol } = new URL(on.config.CONSOLE_PUBLIC_URL)
  const secure = protocol === 'https:'
  const name = secure ? '__Host-gatehouse' : 'gatehouse'
  const cookie = (suffix: string) => ({ name: name + suffix, attributes: { secure } })
  const secret = hkdfSync('sha256', on.installation.key.reveal(), '', 'gatehouse console sessions', 32)
  return betterAuth({
    appName: 'Gatehouse',
    baseURL: origin,
    basePath: '/api/auth',
    trustedOrigins: [origin],
    secret: Buffer.from(secret).toString('base64'),
    database: prismaAdapter(on.db.prisma, { provider: 'postgresql' }),
    databaseHooks: auditingHooks(on.db),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength, maxPasswordLength: 128 },
    session: { expiresIn: 7 * 86_400, updateAge: 86_400 },
    rateLimit: {
      enabled: true,
      customStorage: countTries(() => performance.now()),
      window: 60,
      max: 600,
      customRules: { '/sign-in/email': { window: 60, max: 20 }, '/change-password': { window: 60, max: 20 } },
    },
    advanced: {
      cookiePrefix: 'gatehouse',
      useSecureCookies: false, // would put __Secure- before our own prefix
      cookies: {
        session_token: cookie(''),
        session_data: cookie('-data'),
        account_data: cookie('-account'),
        dont_remember: cookie('-short'),
      },
      disableCSRFCheck: false,
      disableOriginCheck: false,
      database: { generateId: () => uuidv7() },
      ipAddress: { ipAddressHeaders: [clientAddressHeader] },
    },
    telemetry: { enabled: false },
    onAPIError: {
      // Thrown on to our renderer; better-auth would print it to stderr.
      onError(error) {
        if (!isAPIError(error)) throw error
      },
    },
    // Its arguments may name people: the sentence is enough.
    logger: { log: (level, message) => on.log[level]({ part: 'sign-in' }, message) },
    plugins: [sessionsWithoutPassword],
  })
}

/** For links: a session for somebody who showed one instead of a password. Not reachable over HTTP. */
const sessionsWithoutPassword = {
  id: 'gatehouse-links',
  endpoints: {
    openSession: createAuthEndpoint.serverOnly(
      { method: 'POST', body: z.object({ userId: z.string() }) },
      async (ctx) => {
        const user = await ctx.context.internalAdapter.findUserById(ctx.body.userId)
        if (!user) throw ctx.error('NOT_FOUND')
        const session = await ctx.context.internalAdapter.createSession(user.id)
        await setSessionCookie(ctx, { session, user })
        return ctx.json({ userId: user.id })
      },
    ),
  },
}

// A session for somebody who showed a link instead of a password; the answer sets its cookie.

import { fromNodeHeaders } from 'better-auth/node'
import type { Request, Response } from 'express'
import type { Deps } from '../deps.ts'
import { clientAddressHeader } from './auth.ts'
import { copyCookies } from './auth-routes.ts'

export async function signIn(deps: Deps, userId: string, req: Request, res: Response): Promise<void> {
  const from = fromNodeHeaders(req.headers)
  from.set(clientAddressHeader, req.ip ?? '')
  const opened = await deps.auth.api.openSession({ body: { userId }, headers: from, returnHeaders: true })
  copyCookies(opened.headers, res)
}

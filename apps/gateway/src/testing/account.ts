// A server that wants an account, for tests with tokens of their own making.

import { type Script, scripts } from '@gatehouse/testkit'

/** 401 for every token but these, as they are at the time. */
export const account =
  (good: ReadonlySet<string>, inner: Script): Script =>
  (request, response) => {
    const token = request.header('authorization')[0]?.replace('Bearer ', '') ?? ''
    if (good.has(token)) return inner(request, response)
    return scripts.status(401, { 'www-authenticate': 'Bearer error="invalid_token"' })(request, response)
  }

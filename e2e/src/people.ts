// More people than the owner, in an installation on PostgreSQL: each signed in at the console, with a key of their own.

import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { query } from '@gatehouse/testkit/databases'

interface Where {
  readonly databaseUrl: string
  readonly registryUrl: string
  readonly consoleUrl: string
}

export type Person = Awaited<ReturnType<typeof newPerson>>

/** Without an owner, who could invite: the person is written into the database, and then uses a link as everybody does. */
export async function newPerson(where: Where, name: string) {
  const [userId, token] = [randomUUID(), randomBytes(32).toString('base64url')]
  const hash = createHash('sha256').update(token).digest('hex')
  const email = `${name.toLowerCase()}@people.example`
  const workspace = '(SELECT id FROM workspace)'
  await query(
    where.databaseUrl,
    `INSERT INTO "user" (id, name, email, updated_at) VALUES ('${userId}', '${name}', '${email}', now());
     INSERT INTO membership (id, workspace_id, user_id, role)
       VALUES ('${randomUUID()}', ${workspace}, '${userId}', 'operator');
     INSERT INTO one_time_link (id, token_hash, kind, user_id, workspace_id, expires_at)
       VALUES ('${randomUUID()}', '\\x${hash}', 'sign-in', '${userId}', ${workspace}, now() + interval '5 min')`,
  )
  let cookie = ''
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(where.registryUrl + path, {
      method,
      headers: { 'content-type': 'application/json', origin: where.consoleUrl, cookie },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const set = response.headers.getSetCookie().map((line) => line.split(';')[0])
    if (set.length > 0) cookie = set.join('; ')
    const text = await response.text()
    const answer = (text ? JSON.parse(text) : {}) as Record<string, unknown>
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
    return answer
  }
  await ask('POST', '/v1/sign-in-link', { token })
  const made = await ask('POST', '/v1/api-keys', { name, kind: 'user' })
  return {
    userId,
    key: String(made.key),
    /** As their browser does. */
    ask,
    /** For a browser of theirs: `name=value`, of the session that `ask` has. */
    cookies: () => cookie.split('; '),
  }
}

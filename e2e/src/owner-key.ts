// Who owns an installation claims it by a link and makes a key with every permission on servers, and to read all calls. On
// PostgreSQL the link comes from the command for it; a start on the embedded database prints its own.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './product.ts'

interface Where {
  readonly registryUrl: string
  readonly consoleUrl: string
}

/** A service's key for an installation on PostgreSQL. The registry has to run. */
export async function ownerKey(where: Where & { registryEnv: NodeJS.ProcessEnv }): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'owner-link'], {
    cwd: join(root, 'apps/registry'),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...where.registryEnv },
  })
  const { key } = await claim(where, stdout.trim().split('\n').at(-1) ?? '', 'service')
  return key
}

/** @returns the owner's session, as their browser sends it, and a key that acts for them or for a service */
export async function claim({ registryUrl, consoleUrl }: Where, link: string, kind: 'user' | 'service') {
  const post = async (path: string, body: unknown, cookie = '') => {
    const answer = await fetch(registryUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: consoleUrl, cookie },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return answer
  }
  const token = new URLSearchParams(new URL(link).hash.slice(1)).get('token')
  const person = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' }
  const claimed = await post('/v1/claim', { token, ...person })
  const cookies = claimed.headers.getSetCookie().map((line) => line.split(';')[0])
  const cookie = cookies.join('; ')
  const verbs = ['read', 'create', 'update', 'delete', 'invoke']
  const permissions = [...verbs.map((verb) => `mcp-servers:${verb}`), 'calls:all']
  const made = await post('/v1/api-keys', { name: 'test', kind, permissions }, cookie)
  const { key } = (await made.json()) as { key: string }
  return { cookie, key }
}

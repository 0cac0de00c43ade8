// A key with every permission on servers for an installation on PostgreSQL: its owner claims it by the link and makes one.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './product.ts'

interface Where {
  readonly registryUrl: string
  readonly consoleUrl: string
  readonly registryEnv: NodeJS.ProcessEnv
}

/** The registry has to run. */
export async function ownerKey({ registryUrl, consoleUrl, registryEnv }: Where): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'owner-link'], {
    cwd: join(root, 'apps/registry'),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...registryEnv },
  })
  const link = new URL(stdout.trim().split('\n').at(-1) ?? '')
  const post = async (path: string, body: unknown, cookie = '') => {
    const answer = await fetch(registryUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: consoleUrl, cookie },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return answer
  }
  const person = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' }
  const claimed = await post('/v1/claim', {
    token: new URLSearchParams(link.hash.slice(1)).get('token'),
    ...person,
  })
  const cookies = claimed.headers.getSetCookie().map((line) => line.split(';')[0])
  const verbs = ['read', 'create', 'update', 'delete', 'invoke']
  const permissions = verbs.map((verb) => `mcp-servers:${verb}`)
  const made = await post('/v1/api-keys', { name: 'test', kind: 'service', permissions }, cookies.join('; '))
  return ((await made.json()) as { key: string }).key
}

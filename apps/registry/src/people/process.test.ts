// People at a real process: what `npm start` is told, the owner's link on PostgreSQL, and how often a password may be tried.

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type App, freePort, spawnApp } from '@gatehouse/testkit'
import { createDatabase, dropDatabase } from '@gatehouse/testkit/databases'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

const template = inject('template')
const onPostgres = 'adminUrl' in template
const origin = 'http://localhost:7402'
let folder: string
let env: Record<string, string>
let app: App
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-people-'))
  if (!onPostgres) cpSync(template.embedded, folder, { recursive: true })
  const where: Record<string, string> = onPostgres
    ? { DATABASE_URL: await createDatabase(template.adminUrl, template.name) }
    : { GATEHOUSE_DATA_DIR: folder }
  env = {
    ...where,
    PORT: String(await freePort()),
    INTERNAL_PORT: String(await freePort()),
    GATEWAY_URL: 'http://127.0.0.1:1',
    GATEWAY_PUBLIC_URL: 'http://127.0.0.1:1',
    CONSOLE_PUBLIC_URL: origin,
    MASTER_KEY: randomBytes(32).toString('base64'),
    GATEWAY_TOKENS: randomBytes(32).toString('hex'),
    GATEHOUSE_SETTLE_MS: '0',
    // The machine has others to run.
    GATEHOUSE_DATABASE_TIMEOUT_MS: '20000',
    GATEHOUSE_LOCAL_START: '1',
    GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1',
  }
  app = await spawnApp('registry', env)
})
afterAll(async () => {
  await app.stop()
  if (onPostgres) await dropDatabase(template.adminUrl, env.DATABASE_URL ?? '')
  rmSync(folder, { recursive: true, force: true })
})

const post = (path: string, body: unknown, from = '192.0.2.1') =>
  fetch(`http://127.0.0.1:${env.PORT}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: origin, 'X-Forwarded-For': from },
    body: JSON.stringify(body),
  })

const run = promisify(execFile)

const ownerLink = (more: Record<string, string>) =>
  run(process.execPath, [fileURLToPath(new URL('./owner-link.ts', import.meta.url))], {
    env: { PATH: process.env.PATH ?? '', CONSOLE_PUBLIC_URL: origin, ...more },
  })

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? ''
const tokenOf = (link: unknown) => String(link).split('#token=')[1]
const person = { name: 'Ada', email: 'ada@example.test', password: 'correct horse battery' }

test('a local start tells its parent a key and a claim link that work', async () => {
  const { api_key, console_link } = app.ready
  const me = await fetch(`http://127.0.0.1:${env.PORT}/v1/me`, { headers: { 'X-Api-Key': String(api_key) } })
  expect(me.status).toBe(200)
  expect(String(console_link)).toMatch(/^http:\/\/localhost:7402\/claim#token=/)
  const claimed = await post('/v1/claim', { ...person, token: tokenOf(console_link) })
  expect([claimed.status, claimed.headers.getSetCookie().length]).toEqual([200, 1])
})

test.runIf(!onPostgres)('owner-link says where the link is on the embedded database', async () => {
  await expect(ownerLink({ GATEHOUSE_DATA_DIR: folder })).rejects.toThrow('npm start prints a link')
})

test.runIf(onPostgres)(
  'on PostgreSQL owner-link prints sign-in links once the account is claimed',
  async () => {
    const again = await ownerLink({ DATABASE_URL: env.DATABASE_URL ?? '' })
    const entered = await post('/v1/sign-in-link', { token: tokenOf(lastLine(again.stdout)) })
    expect(entered.status).toBe(200)
  },
)

test('passwords can not be tried without end, per address that a trusted proxy names: 429 with Retry-After', async () => {
  const wrong = { email: person.email, password: 'x'.repeat(12) }
  const seen: number[] = []
  for (let attempt = 0; attempt < 21; attempt += 1) {
    const response = await post('/api/auth/sign-in/email', wrong)
    seen.push(response.status)
    if (response.status === 429) expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0)
  }
  expect([seen.slice(0, 20).every((status) => status === 401), seen[20]]).toEqual([true, 429])
  expect((await post('/api/auth/sign-in/email', wrong, '192.0.2.2')).status).toBe(401)
})

// npm run keys against a registry that serves: killed in the middle, run again, and no credential is out of reach meanwhile.

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type App, freePort, spawnApp } from '@gatehouse/testkit'
import { createDatabase, dropDatabase } from '@gatehouse/testkit/databases'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

const template = inject('template')
const onPostgres = 'adminUrl' in template
const token = randomBytes(32).toString('hex')
const newKey = () => randomBytes(32).toString('base64')
const serverCount = 6
const headers = Array.from({ length: 40 }, (_, n) => ({ key: `X-Secret-${n}`, value: `canary-${n}` }))

let folder: string
let keyFile: string
let env: Record<string, string>
let app: App
let ask: { key_id: string; workspace_id: string }
const servers: string[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-keys-'))
  keyFile = join(folder, 'master-key')
  if (!onPostgres) cpSync(template.embedded, folder, { recursive: true })
  writeFileSync(keyFile, newKey())
  env = {
    ...(onPostgres
      ? { DATABASE_URL: await createDatabase(template.adminUrl, template.name) }
      : { GATEHOUSE_DATA_DIR: folder }),
    PORT: String(await freePort()),
    INTERNAL_PORT: String(await freePort()),
    GATEWAY_URL: 'http://127.0.0.1:1',
    GATEWAY_PUBLIC_URL: 'http://127.0.0.1:1',
    CONSOLE_PUBLIC_URL: 'http://127.0.0.1:1',
    MASTER_KEY_FILE: keyFile,
    GATEWAY_TOKENS: token,
    GATEHOUSE_SETTLE_MS: '0',
    // The machine has others to run.
    GATEHOUSE_DATABASE_TIMEOUT_MS: '20000',
    GATEHOUSE_DRAIN_MS: '500',
    GATEHOUSE_LOCAL_START: '1',
  }
  await startRegistry()
  for (let n = 0; n < serverCount; n += 1) {
    const made = await post(`http://127.0.0.1:${env.PORT}/v1/deepagents/mcp-servers`, apiKey(), {
      name: `Server ${n}`,
      url: `https://upstream-${n}.example.com/mcp`,
      headers,
      auth_type: 'headers',
    })
    servers.push(((await made.json()) as { id: string }).id)
    expect(made.status).toBe(201)
  }
}, 120_000)
afterAll(async () => {
  await app.stop()
  if (onPostgres) await dropDatabase(template.adminUrl, env.DATABASE_URL ?? '')
  rmSync(folder, { recursive: true, force: true })
})

const apiKey = () => ({ 'X-Api-Key': String(app.ready.api_key) })
const post = (url: string, auth: Record<string, string>, body: unknown) =>
  fetch(url, {
    method: 'POST',
    headers: { ...auth, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })

async function startRegistry(): Promise<void> {
  app = await spawnApp('registry', env)
  const me = await fetch(`http://127.0.0.1:${env.PORT}/v1/me`, { headers: apiKey() })
  const { actor, workspace } = (await me.json()) as { actor: { id: string }; workspace: { id: string } }
  ask = { key_id: actor.id, workspace_id: workspace.id }
}

/** Every header of every server, as a gateway gets it. */
async function expectAllOpen(): Promise<void> {
  for (const server_id of servers) {
    const url = `http://127.0.0.1:${env.INTERNAL_PORT}/internal/credentials`
    const answer = await post(url, { Authorization: `Bearer ${token}` }, { ...ask, server_id })
    const { headers: opened } = (await answer.json()) as { headers: [string, string][] }
    expect(opened).toEqual(headers.map(({ key, value }) => [key, value]))
  }
}

const program = fileURLToPath(new URL('./main.ts', import.meta.url))

/** Runs the command; `onLine` sees each line as it comes. */
async function keys(command: string, onLine: (line: string, child: ChildProcess) => void = () => undefined) {
  const { DATABASE_URL, GATEHOUSE_DATA_DIR } = env
  const child = spawn(process.execPath, [program, ...command.split(' ')], {
    env: {
      PATH: process.env.PATH,
      MASTER_KEY_FILE: keyFile,
      ...(DATABASE_URL ? { DATABASE_URL } : { GATEHOUSE_DATA_DIR }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => {
      lines.push(line)
      onLine(line, child)
    })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, lines }
}

test('a rotation of data keys that is killed goes on; every credential opens all the time', async () => {
  for (let round = 0; round < 2; round += 1) {
    let killed: Promise<unknown> | undefined
    const { code } = await keys('rotate data', (line, child) => {
      if (!line.includes('so far') || killed !== undefined) return
      // The embedded database is in the registry, so there the registry is what does the work.
      killed = onPostgres ? Promise.resolve(child.kill('SIGKILL')) : app.stop('SIGKILL')
    })
    expect([code === 0, killed === undefined]).toEqual([false, false])
    await killed
    if (!onPostgres) await startRegistry()
    await expectAllOpen()
    const { lines } = await keys('status')
    expect(lines.join('\n')).toMatch(/data keys: 1 in use, 1 retired with [1-9]\d* value/)
    expect(lines.at(-1)).toMatch(/is unfinished/)
  }
  let done = false
  const [{ code, lines }] = await Promise.all([
    keys('rotate data').finally(() => {
      done = true
    }),
    (async () => {
      while (!done) await expectAllOpen()
    })(),
  ])
  expect([code, lines[0]]).toEqual([0, expect.stringMatching(/^going on with/)])
  expect(lines.at(-1)).toMatch(/^Data keys are rotated: 1 workspace\(s\), \d+ value\(s\) sealed anew$/)
  expect(lines.join()).not.toContain('canary')
  await expectAllOpen()
  expect((await keys('status')).lines.join('\n')).toContain('data keys: 1 in use, 0 retired with 0 value(s)')
}, 120_000)

test('a master key is replaced in its file while the registry serves, which refuses to start with the old one then', async () => {
  const old = readFileSync(keyFile, 'utf8')
  const fresh = newKey()
  writeFileSync(keyFile, `${fresh}\n${old}\n`)
  const { code, lines } = await keys('rotate master')
  expect([code, lines.at(-1)]).toEqual([0, expect.stringMatching(/^The master key is rotated: 2 key\(s\)/)])
  await expectAllOpen()
  expect((await keys('status')).lines[1]).toMatch(/may be removed from MASTER_KEY$/)
  await app.stop()
  writeFileSync(keyFile, old)
  await expect(spawnApp('registry', env)).rejects.toThrow('MASTER_KEY is not the one')
  const command = await keys('status')
  expect([command.code, command.lines.length]).toEqual([1, 1])
  writeFileSync(keyFile, fresh)
  await startRegistry()
  await expectAllOpen()
}, 120_000)

test('what is no command is refused in one sentence', async () => {
  expect(await keys('rotate everything')).toEqual({
    code: 1,
    lines: ['Say one of: status, rotate, rotate master, rotate data'],
  })
})

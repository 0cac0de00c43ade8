// Each app started alone from its own folder, with environment variables only, on PostgreSQL; and a call made through them.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startSdkUpstream } from '@gatehouse/testkit'
import { createDatabase, startPostgres } from '@gatehouse/testkit/databases'
import { afterAll, expect, test } from 'vitest'
import { alone } from '../src/alone.ts'
import { connectV2 } from '../src/clients.ts'
import { api, root } from '../src/product.ts'

const running: { child: ChildProcess; ended: Promise<void> }[] = []
afterAll(async () => {
  // npm passes the signal on to the app; the group takes both.
  for (const { child } of running) if (child.pid) process.kill(-child.pid, 'SIGTERM')
  await Promise.all(running.map(({ ended }) => ended))
})

const baseEnv = { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR }

/** `npm start` in the app's folder; resolves when its readiness address answers 200. */
async function startAlone(app: string, env: Record<string, string>, readyUrl: string) {
  const child = spawn('npm', ['start', '--silent'], {
    cwd: join(root, 'apps', app),
    env: { ...baseEnv, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  running.push({ child, ended: new Promise((done) => child.once('exit', () => done())) })
  await expect
    .poll(
      () =>
        fetch(readyUrl).then(
          (answer) => answer.status,
          () => output,
        ),
      { timeout: 40_000, interval: 100 },
    )
    .toBe(200)
}

test('registry, gateway and console start alone and carry a call with a stored credential', async () => {
  const postgres = await startPostgres()
  const apps = await alone({ postgresql: await createDatabase(postgres.adminUrl) })
  const upstream = await startSdkUpstream({ eras: 'both', requiredHeader: 'x-stored: canary-77aa' })
  try {
    await startAlone('registry', apps.registryEnv, `${apps.registryUrl}/ready`)
    await startAlone('gateway', apps.gatewayEnv, `${apps.gatewayUrl}/ready`)

    await startAlone('console', apps.consoleEnv, `${apps.consoleUrl}/health`)

    // The first owner comes in by the link that `npm run owner-link` prints.
    const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'owner-link'], {
      cwd: join(root, 'apps/registry'),
      env: { ...baseEnv, ...apps.registryEnv },
    })
    const link = new URL(stdout.trim().split('\n').at(-1) ?? '')
    expect(link.origin).toBe(apps.consoleUrl)
    const token = new URLSearchParams(link.hash.slice(1)).get('token')
    const person = { token, name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' }
    const claimed = await fetch(`${apps.consoleUrl}/api/registry/v1/claim`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: apps.consoleUrl },
      body: JSON.stringify(person),
    })
    expect(claimed.status).toBeLessThan(300)
    const cookie = claimed.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    const asOwner = (path: string, body: unknown) =>
      fetch(`${apps.consoleUrl}/api/registry${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: apps.consoleUrl, cookie },
        body: JSON.stringify(body),
      })
    const made = await asOwner('/v1/api-keys', { name: 'ci', kind: 'service' })
    expect(made.status).toBe(201)
    const { key } = (await made.json()) as { key: string }
    const registered = await asOwner('/v1/deepagents/mcp-servers', {
      name: 'Upstream',
      slug: 'upstream',
      url: upstream.url,
      headers: [{ key: 'x-stored', value: 'canary-77aa' }],
    })
    expect(registered.status).toBe(201)

    const client = await connectV2(`${apps.gatewayUrl}/mcp/upstream`, key)
    expect((await client.listTools()).tools.length).toBeGreaterThan(0)
    await client.close()
    const listed = await api(`${apps.registryUrl}/v1/deepagents/mcp-servers`, key, 'GET')
    expect(JSON.stringify(listed.body)).not.toContain('canary-77aa')
  } finally {
    await upstream.close()
  }
}, 120_000)

test('an app with a wrong environment lists every mistake and exits', async () => {
  for (const [app, required] of [
    ['gateway', 'REGISTRY_URL'],
    ['registry', 'GATEWAY_URL'],
    ['console', 'REGISTRY_URL'],
  ] as const) {
    const child = spawn(join(root, 'node_modules/.bin/node'), ['src/main.js'], {
      cwd: join(root, 'apps', app),
      env: { ...baseEnv, PORT: 'x', GATEHOUSE_NO_SUCH: '1' },
    })
    let output = ''
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const code = await new Promise((done) => child.once('exit', done))
    expect(code).toBe(1)
    for (const name of ['PORT: must be a whole number', `${required}: is required`, 'GATEHOUSE_NO_SUCH'])
      expect(output).toContain(name)
  }
})

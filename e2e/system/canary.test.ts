// Secrets are planted wherever the product takes them, and looked for in everything that comes out: plain and in every encoding.

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import {
  canary,
  findCanary,
  type Script,
  scripts,
  spawnApp,
  startRecordingUpstream,
  waitFor,
} from '@gatehouse/testkit'
import { createDatabase, dump, startPostgres } from '@gatehouse/testkit/databases'
import { expect, test } from 'vitest'
import { alone } from '../src/alone.ts'
import { api, dataFolder } from '../src/product.ts'
import { modernHeaders, modernMeta, post } from '../src/stack.ts'

const keeping = resolve(import.meta.dirname, '../../apps/registry/src/backup/main.ts')
const servers = '/v1/deepagents/mcp-servers'
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 't', arguments: {} } }

test('no secret comes out anywhere: answers, errors, output, metrics, database, backup', async () => {
  const data = dataFolder()
  const apps = await alone({ embedded: data.folder })
  const registry = await spawnApp('registry', { ...apps.registryEnv, GATEHOUSE_LOG_LEVEL: 'debug' })
  const gateway = await spawnApp('gateway', {
    ...apps.gatewayEnv,
    GATEHOUSE_LOG_LEVEL: 'debug',
    GATEHOUSE_FIRST_BYTE_TIMEOUT_MS: '500',
    GATEHOUSE_CALL_TIMEOUT_MS: '500',
  })
  const key = String(registry.ready.api_key)
  const link = new URL(String(registry.ready.console_link))
  const own = {
    stored: `a "${canary()}" \\ %2F+/=`,
    replaced: canary(),
    bad: canary(),
    argument: canary(),
    session: canary(),
  }
  /** What is a secret, and where it is looked for: everywhere but where it was asked for. */
  const secrets = new Map<string, string>([
    ...Object.entries(own),
    ['master key', String(apps.registryEnv.MASTER_KEY)],
    ['gateway token', String(apps.registryEnv.GATEWAY_TOKENS)],
    ['api key', key],
    ['claim token', link.hash.slice(1)],
  ])
  const out: { readonly where: string; readonly text: string | Uint8Array }[] = []
  const note = async (where: string, answer: Response | Promise<Response>) => {
    const got = await answer
    let text = `${got.status} ${JSON.stringify([...got.headers])} `
    try {
      for await (const chunk of got.body ?? []) text += Buffer.from(chunk).toString()
    } catch {
      text += '(cut)' // as its server did
    }
    out.push({ where, text })
    return got.status
  }
  const ask = async (method: string, path: string, body?: unknown, by = key) => {
    const answer = await api(apps.registryUrl + path, by, method, body)
    out.push({ where: `${method} ${path}`, text: JSON.stringify(answer) })
    return answer
  }

  const usual = scripts.legacyServer({ sessionId: own.session })
  /** Says nothing of what it was asked: its answer is its caller's. */
  const discreet: Script = (request, response) => {
    const { method, id } = (request.json() ?? {}) as { method?: string; id?: unknown } // of a message
    if (method !== 'tools/call') return usual(request, response)
    return scripts.json({ jsonrpc: '2.0', id, result: { content: [] } })(request, response)
  }
  const upstream = await startRecordingUpstream(discreet)
  const { url } = upstream
  const stored = (value: string) => [{ key: 'X-Stored', value }]
  const made = await ask('POST', servers, { name: 'a', slug: 'a', url, headers: stored(own.stored) })
  const { id } = made.body as { id: string }
  await ask('PATCH', `${servers}/${id}`, { headers: stored(own.replaced) })
  // Refused, each for another reason, with the secret in it.
  await ask('POST', servers, { name: 'b', url, headers: stored(`${own.bad}\n`) })
  await ask('POST', servers, {
    name: 'b',
    url: url.replace('//', `//u:${own.bad}@`),
    headers: stored(own.bad),
  })
  await ask('POST', servers, { name: 'b', url, headers: [{ key: 'Host', value: own.bad }] })
  await ask('POST', servers, { name: 7, url, headers: stored(own.bad) })
  await ask('POST', servers, {
    name: 'b',
    url,
    colour: 'red',
    headers: [
      { key: 'X-A', value: own.bad },
      { key: 'x-a', value: own.bad },
    ],
  })
  await ask('PATCH', `${servers}/${id}`, { auth_type: 'oauth', headers: stored(own.bad) })
  await ask('GET', servers, undefined, `${key}x`)
  for (const path of ['', `/${id}`]) await ask('GET', servers + path)
  for (const path of [
    `/v1/servers/${id}`,
    `/v1/servers/${id}/tools`,
    '/v1/audit',
    '/v1/audit/export',
    '/v1/me',
    '/v1/api-keys',
  ])
    await note(path, fetch(apps.registryUrl + path, { headers: { 'x-api-key': key } }))
  await ask('POST', `/v1/servers/${id}/eras`)

  // What its calls say is kept from here on.
  expect((await ask('POST', `/v1/servers/${id}/capture`, { minutes: 60 })).status).toBe(200)

  // Every way in which a server can answer, on every path; it sees the stored header, and says it nowhere that we repeat.
  const withArgument = { ...call, params: { ...call.params, arguments: { secret: own.argument } } }
  const modern = { ...withArgument, params: { ...withArgument.params, _meta: modernMeta } }
  for (const script of [
    discreet,
    scripts.status(401, { 'www-authenticate': `Bearer realm="${own.replaced}"` }),
    scripts.status(403, { 'set-cookie': own.replaced }),
    scripts.status(302, { location: `http://127.0.0.1:9/${own.replaced}` }),
    scripts.json(`<${own.replaced}>`, { headers: { 'content-type': 'text/html' } }),
    scripts.json({}, { status: 500, headers: { 'x-internal': own.replaced, server: own.replaced } }),
    scripts.breakOff('{"jsonrpc"'),
    scripts.reset,
    scripts.never,
  ]) {
    upstream.answer(script)
    for (const path of ['/mcp/a', '/mcp/']) {
      const address = apps.gatewayUrl + path
      await note(`legacy list at ${path}`, post(address, key, list))
      await note(`legacy call at ${path}`, post(address, key, withArgument))
      await note(`modern call at ${path}`, post(address, key, modern, modernHeaders('tools/call', 't')))
      await note(`wrong key at ${path}`, post(address, `${key}x`, withArgument))
      await note(`broken at ${path}`, post(address, key, `{"secret":"${own.argument}"`))
    }
    await note(
      'tools',
      fetch(`${apps.registryUrl}/v1/servers/${id}/tools?force_refresh=true`, {
        headers: { 'x-api-key': key },
      }),
    )
  }
  expect(upstream.requests.some((request) => request.header('x-stored')[0] === own.replaced)).toBe(true)
  expect(upstream.requests.some((request) => request.body.includes(own.argument))).toBe(true)
  await waitFor(async () => JSON.stringify((await ask('GET', '/v1/calls')).body).includes('"a"'))

  for (const [name, at] of [
    ['gateway', apps.gatewayUrl],
    ['registry', apps.registryUrl],
  ] as const)
    for (const path of ['/metrics', '/health', '/ready', '/version', '/nowhere'])
      await note(`${name} ${path}`, fetch(at + path))
  const file = join(data.folder, 'backup')
  const keep = (command: 'backup' | 'restore', env: Record<string, string>) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [keeping, command, file], {
      env: { PATH: process.env.PATH, ...env },
    })
    expect([status, stderr.toString()]).toEqual([0, expect.any(String)])
    out.push({ where: `the output of ${command}`, text: Buffer.concat([stdout, stderr]) })
  }
  keep('backup', { GATEHOUSE_DATA_DIR: data.folder })
  const postgresql = await startPostgres()
  const copy = await createDatabase(postgresql.adminUrl)
  keep('restore', { DATABASE_URL: copy })
  const rows = await dump(copy)
  expect(rows).toContain(id)
  expect(rows).toContain('public.captured_call (')
  out.push({ where: 'the rows of a PostgreSQL that it was restored to', text: rows })
  await postgresql.stop()
  await gateway.stop()
  await registry.stop()
  out.push({ where: "the gateway's output", text: gateway.output() })
  out.push({ where: "the registry's output", text: registry.output() })
  const bytes = readFileSync(file)
  out.push(
    { where: 'the backup', text: bytes },
    { where: 'the backup, unpacked', text: gunzipSync(bytes.subarray(bytes.indexOf(10) + 1)) },
  )
  const database = join(data.folder, 'database')
  for (const entry of readdirSync(database, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      out.push({
        where: `the database's ${entry.name}`,
        text: readFileSync(join(entry.parentPath, entry.name)),
      })
  await upstream.close()
  data.remove()

  // A session of the server's own goes to its client sealed, and a key is what its owner sends.
  const found = out.flatMap(({ where, text }) =>
    [...secrets].flatMap(([name, secret]) => {
      const spelling = findCanary(secret, text)
      return spelling === undefined ? [] : [`${name} in ${where}, ${spelling}`]
    }),
  )
  expect(found).toEqual([])
  expect(out.length).toBeGreaterThan(150)
}, 120_000)

// What `npm start` promises: private files, clean stops, data that stays, and one clear sentence for each thing in its way.

import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createDatabase, startPostgres } from '@gatehouse/testkit/databases'
import { afterEach, expect, test } from 'vitest'
import { connectV2 } from '../src/clients.ts'
import { api, dataFolder, launch, startProduct } from '../src/product.ts'

const folders: { remove(): void }[] = []
const newFolder = () => {
  const data = dataFolder('empty')
  folders.push(data)
  return data.folder
}
afterEach(() => {
  for (const data of folders.splice(0)) data.remove()
})

test('files with secrets are private, Ctrl-C ends within 5 s, and the next start finds the data with a new key', async () => {
  const folder = newFolder()
  const first = await startProduct({ folder })
  for (const name of ['dev.json', 'secrets.json', 'master-key'])
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(first.console_link.startsWith(first.console_url)).toBe(true)
  // The printed lines work as they stand in a shell.
  await expect.poll(() => first.output(), { timeout: 10_000 }).toContain('Ctrl-C stops everything')
  const [line = ''] = /curl -sS(?:.*\\\n)*.*/.exec(first.output()) ?? []
  const variable = /export \w+=\S+/.exec(first.output())?.[0]
  const shell = await promisify(execFile)('sh', ['-c', `${variable}\n${line}`])
  expect(JSON.parse(shell.stdout).result.tools[0].name).toMatch(/^sample__/)
  const made = await first.api('POST', '/v1/deepagents/mcp-servers', {
    name: 'Kept',
    url: 'https://kept.example.com/mcp',
  })
  expect(made.status).toBe(201)

  const { code, ms } = await first.stop('SIGINT')
  expect(code).toBe(0)
  expect(ms).toBeLessThan(5_000)
  expect(existsSync(join(folder, 'dev.json'))).toBe(false)

  const second = await startProduct({ folder })
  try {
    expect(second.api_key).not.toBe(first.api_key)
    const { body } = await second.api('GET', '/v1/deepagents/mcp-servers')
    expect((body as { name: string }[]).map((server) => server.name).sort()).toEqual([
      'Kept',
      'Sample server',
    ])
    const old = await api(`${second.registry_url}/v1/deepagents/mcp-servers`, first.api_key, 'GET')
    expect(old).toEqual({ status: 403, body: { error: 'Forbidden' } })
    const third = await launch({ folder })
    expect(await third.ended).toBe(1)
    expect(third.output()).toMatch(/data folder .* is in use by another Gatehouse/)
  } finally {
    await second.stop()
  }
}, 120_000)

test('with DATABASE_URL the whole product starts on that PostgreSQL: key, link, sample server, and data that stays', async () => {
  const postgres = await startPostgres()
  const options = {
    folder: newFolder(),
    env: { DATABASE_URL: await createDatabase(postgres.adminUrl) },
  }
  try {
    const first = await startProduct(options)
    expect(first.console_link).toMatch(/\/claim#token=[\w-]{43}$/)
    await expect.poll(() => first.output(), { timeout: 10_000 }).toContain(first.console_link)
    const { body: installation } = await first.api('GET', '/v1/installation')
    expect(installation).toMatchObject({ database: 'postgresql' })
    const client = await connectV2(`${first.gateway_url}/mcp/`, first.api_key)
    const { tools } = await client.listTools()
    await client.close()
    expect(tools.some(({ name }) => name.startsWith('sample__'))).toBe(true)
    expect((await first.stop()).code).toBe(0)
    expect(readdirSync(options.folder).sort()).toEqual(['master-key', 'secrets.json', 'version.json'])

    const second = await startProduct(options)
    expect(second.api_key).not.toBe(first.api_key)
    const { body } = await second.api('GET', '/v1/deepagents/mcp-servers')
    expect((body as { name: string }[]).map((server) => server.name)).toEqual(['Sample server'])
    const old = await api(`${second.registry_url}/v1/deepagents/mcp-servers`, first.api_key, 'GET')
    expect(old.status).toBe(403)
    await second.stop()
  } finally {
    await postgres.stop()
  }
}, 120_000)

test('a busy port is named', async () => {
  const server = createServer()
  const port = await new Promise<number>((done) =>
    server.listen(0, '127.0.0.1', () => done((server.address() as { port: number }).port)),
  )
  const { ended, output } = await launch({ folder: newFolder(), env: { REGISTRY_PORT: String(port) } })
  expect(await ended).toBe(1)
  expect(output()).toContain(
    `Port ${port} is in use: stop the other program, or set REGISTRY_PORT to a free port.`,
  )
  server.close()
})

test('a data folder of a newer version is refused and left as it is', async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'version.json'), '{"format":99}\n')
  const { ended, output } = await launch({ folder })
  expect(await ended).toBe(1)
  expect(output()).toContain('was written by a newer version of Gatehouse')
  expect(readFileSync(join(folder, 'version.json'), 'utf8')).toBe('{"format":99}\n')
})

test('a data folder that can not be written is refused', async () => {
  // A file in the way: works for root too, whom permissions don't stop.
  const path = join(newFolder(), 'file')
  writeFileSync(path, '')
  const { ended, output } = await launch({ folder: join(path, 'below') })
  expect(await ended).toBe(1)
  expect(output()).toMatch(/The data folder .* can not be written/)
})

test('a misspelt setting stops the start and is named', async () => {
  const { ended, output } = await launch({ folder: newFolder(), env: { GATEHOUSE_EGRES_ALLOW: 'localhost' } })
  expect(await ended).toBe(1)
  expect(output()).toContain('GATEHOUSE_EGRES_ALLOW: no such setting')
})

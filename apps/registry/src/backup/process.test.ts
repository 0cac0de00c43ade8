// The commands as a person runs them, beside a registry that serves: the copy is of one moment, the moved installation works,
// and nothing is restored under a registry's feet.

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type App, canary, freePort, spawnApp } from '@gatehouse/testkit'
import { createDatabase, dropDatabase } from '@gatehouse/testkit/databases'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { verifyChain } from '../audit.ts'
import { openDb } from '../db.ts'
import { openToRead } from './open-source.ts'

const template = inject('template')
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-copies-'))
const urls: string[] = []
const masterKey = randomBytes(32).toString('base64')
let from: Record<string, string>
let served: Awaited<ReturnType<typeof serve>>

/** A database of this project's kind, which nobody has used. */
async function place(name: string): Promise<Record<string, string>> {
  if (!('adminUrl' in template)) return { GATEHOUSE_DATA_DIR: join(folder, name) }
  const url = await createDatabase(template.adminUrl)
  urls.push(url)
  return { DATABASE_URL: url }
}

async function serve(where: Record<string, string>) {
  const port = await freePort()
  const app: App = await spawnApp('registry', {
    ...where,
    PORT: String(port),
    INTERNAL_PORT: String(await freePort()),
    GATEWAY_URL: 'http://127.0.0.1:1',
    GATEWAY_PUBLIC_URL: 'http://127.0.0.1:1',
    CONSOLE_PUBLIC_URL: 'http://localhost:7402',
    MASTER_KEY: masterKey,
    GATEWAY_TOKENS: randomBytes(32).toString('hex'),
    GATEHOUSE_SETTLE_MS: '0',
    // The machine has others to run.
    GATEHOUSE_DATABASE_TIMEOUT_MS: '20000',
    GATEHOUSE_LOCAL_START: '1',
  })
  const ask = (method: string, path: string, key: unknown, body?: unknown) =>
    fetch(`http://127.0.0.1:${port}/v1${path}`, {
      method,
      headers: { 'X-Api-Key': String(key), 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return { app, ask, key: String(app.ready.api_key) }
}

const program = fileURLToPath(new URL('./main.ts', import.meta.url))
const copy = (where: Record<string, string>, ...args: string[]) =>
  promisify(execFile)(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH ?? '', INIT_CWD: folder, ...where },
  })

beforeAll(async () => {
  from = await place('from')
  if ('embedded' in template) cpSync(template.embedded, join(folder, 'from'), { recursive: true })
  served = await serve(from)
})
afterAll(async () => {
  await served.app.stop()
  if ('adminUrl' in template) for (const url of urls) await dropDatabase(template.adminUrl, url)
  rmSync(folder, { recursive: true, force: true })
})

// Four processes, two of which make a database.
const patience = { timeout: 120_000 }

test(
  'a copy made while others write is of one moment, and another registry goes on from it',
  patience,
  async () => {
    const { ask, key } = served
    const server = {
      name: 'Kept',
      url: 'https://kept.example/mcp',
      headers: [{ key: 'X-Kept', value: canary() }],
    }
    expect((await ask('POST', '/deepagents/mcp-servers', key, server)).status).toBe(201)
    const lasting = await (await ask('POST', '/api-keys', key, { name: 'lasting', kind: 'service' })).json()
    let writing = true
    const statuses = new Set<number>()
    const writer = (async () => {
      for (let i = 0; writing; i += 1) {
        const made = await ask('POST', '/api-keys', key, { name: `key ${i}`, kind: 'service' })
        statuses.add(made.status)
      }
    })()
    const { stdout } = await copy(from, 'backup', 'kept.backup')
    writing = false
    await writer
    expect([...statuses]).toEqual([201])
    expect(stdout).toMatch(
      /Copying server_header\n(.*\n)*\d+ rows are in .*kept\.backup\. The master key is not/,
    )
    // Nothing is left of the copy in the data folder.
    if (from.GATEHOUSE_DATA_DIR)
      expect(readdirSync(from.GATEHOUSE_DATA_DIR).filter((name) => name.startsWith('snapshot-'))).toEqual([])

    const to = await place('to')
    expect((await copy(to, 'restore', 'kept.backup')).stdout).toMatch(
      /\d+ rows restored\. Start with the MASTER_KEY that they were sealed with\n$/,
    )
    await verifyChains(to)
    const moved = await serve(to)
    const list = await moved.ask('GET', '/deepagents/mcp-servers', (lasting as { key: string }).key)
    expect([list.status, await list.text()]).toEqual([
      200,
      expect.stringContaining('https://kept.example/mcp'),
    ])
    await moved.app.stop()
  },
)

/** Head and events of every workspace were read at one moment. */
async function verifyChains(where: Record<string, string>): Promise<void> {
  const source =
    where.DATABASE_URL === undefined
      ? await openToRead({ GATEHOUSE_DATA_DIR: where.GATEHOUSE_DATA_DIR ?? '', DATABASE_URL: undefined })
      : {
          source: { pool: { connectionString: where.DATABASE_URL }, embedded: false },
          close: async () => undefined,
        }
  const db = openDb(source.source, () => undefined)
  const workspaces = await db.asSystem((tx) => tx.workspace.findMany({ select: { id: true } }))
  expect(workspaces).toHaveLength(1)
  for (const { id } of workspaces) {
    expect(await verifyChain(db, id)).toMatchObject({ ok: true })
  }
  await db.close()
  await source.close()
}

test('nothing is restored into a database that a registry serves from', patience, async () => {
  const refused = copy(from, 'restore', 'kept.backup', '--replace')
  await expect(refused).rejects.toThrow(
    'adminUrl' in template ? /in use by \d+ other connection/ : /in use by another process/,
  )
  expect((await served.ask('GET', '/deepagents/mcp-servers', served.key)).status).toBe(200)
})

test('what can not be done is said in one sentence', patience, async () => {
  await expect(copy(from, 'backup')).rejects.toThrow('Say: npm run backup -- <file>')
  await expect(copy(from, 'restore', 'no-such-file')).rejects.toThrow(/can not be read \(ENOENT\)|in use by/)
  await expect(copy({ GATEHOUSE_DATA_DIR: join(folder, 'nowhere') }, 'backup', 'x')).rejects.toThrow(
    'There is no embedded database in',
  )
  const away = { DATABASE_URL: `postgresql://nobody@127.0.0.1:${await freePort()}/none` }
  await expect(copy(away, 'backup', 'x')).rejects.toThrow('The database can not be reached')
})

// A real PostgreSQL for a test run: installed binaries, a cluster of its own in a folder that is removed at the end, fast
// because it need not survive a power cut. One database per test, made from a template.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import pg from 'pg'
import { freePort } from './free-port.ts'
import { waitFor } from './wait-for.ts'

export interface PostgresServer {
  /** Of the cluster's superuser, to the database `postgres`. */
  readonly adminUrl: string
  /** The process that runs now. */
  readonly process: ChildProcess
  /** Ends every connection as `signal` does (SIGQUIT: without a goodbye) and starts again on the same port and data. */
  restart(signal?: 'SIGINT' | 'SIGQUIT'): Promise<void>
  stop(): Promise<void>
}

interface PostgresOptions {
  /** Keeps every commit when it crashes (not when the machine does). */
  readonly keepsCommits?: boolean
}

/** Starts a cluster. @throws Error with one sentence where PostgreSQL is not installed */
export async function startPostgres({ keepsCommits }: PostgresOptions = {}): Promise<PostgresServer> {
  const bin = findBinaries()
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-postgres-'))
  const user = unprivileged()
  if (user) chownSync(folder, user.uid, user.gid)
  chmodSync(folder, 0o755)
  const data = join(folder, 'data')
  const options = { cwd: folder, ...user }
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  execFileSync(join(bin, 'initdb'), initdb, { ...options, stdio: 'pipe' })
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    fsync: 'off',
    synchronous_commit: keepsCommits ? 'on' : 'off',
    full_page_writes: 'off',
    max_connections: 300,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const run = () => spawn(join(bin, 'postgres'), ['-D', data, ...flags], { ...options, stdio: 'ignore' })
  let child = run()
  const kill = () => child.kill('SIGQUIT')
  process.once('exit', kill) // also where the run ends by a crash
  const adminUrl = `postgresql://postgres@127.0.0.1:${port}/postgres`
  const answers = () =>
    waitFor(() => query(adminUrl, 'SELECT 1').then(() => true), {
      what: 'PostgreSQL answers',
      deadlineMs: 30_000,
    })
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  await answers()
  return {
    adminUrl,
    get process() {
      return child
    },
    async restart(signal = 'SIGINT') {
      await end(signal)
      child = run()
      await answers()
    },
    async stop() {
      process.off('exit', kill)
      await end('SIGINT') // ends connections, then the server
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Makes a database, empty or as a copy of `template` (to which nobody may be connected), and returns its URL. */
export async function createDatabase(adminUrl: string, template?: string, name?: string): Promise<string> {
  const database = name ?? `test_${randomUUID().replaceAll('-', '')}`
  const copy = template === undefined ? '' : ` TEMPLATE ${pg.escapeIdentifier(template)}`
  await query(adminUrl, `CREATE DATABASE ${pg.escapeIdentifier(database)}${copy}`)
  const url = new URL(adminUrl)
  url.pathname = `/${database}`
  return url.href
}

export async function dropDatabase(adminUrl: string, url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1)
  await query(adminUrl, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`)
}

/** Every row of every table, as the text that a dump has for it. */
export async function dump(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const tables = await client.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    const rows: string[] = []
    for (const { name } of tables.rows) {
      const found = await client.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`)
      rows.push(...found.rows.map(({ text }) => `${name} ${text}`))
    }
    return rows.join('\n')
  } finally {
    await client.end()
  }
}

/** One statement, by a connection of its own. */
export async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined) // the server may go away under a test
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

function findBinaries(): string {
  const packaged = '/usr/lib/postgresql'
  const versions = existsSync(packaged) ? readdirSync(packaged).sort((a, b) => Number(b) - Number(a)) : []
  const candidates = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((version) => join(packaged, version, 'bin')),
    ...askPgConfig(),
  ]
  const found = candidates.find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  )
  if (found) return found
  throw new Error(
    'PostgreSQL is needed for the tests and was not found: install the package postgresql (Debian, Ubuntu), postgresql-server (Fedora) or postgresql (Homebrew), or run npm run setup',
  )
}

function askPgConfig(): string[] {
  try {
    return [execFileSync('pg_config', ['--bindir'], { encoding: 'utf8', stdio: 'pipe' }).trim()]
  } catch {
    return [] // not installed
  }
}

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or as `nobody`. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const row = rows.find(([name]) => name === 'postgres') ?? rows.find(([name]) => name === 'nobody')
  return { uid: Number(row?.[2] ?? 65534), gid: Number(row?.[3] ?? 65534) }
}

// The product as its user starts it: `npm start`'s program on free ports with a data folder of its own.

import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort, waitFor } from '@gatehouse/testkit'

export const root = resolve(import.meta.dirname, '../..')

/** What a start writes to dev.json. */
export interface Facts {
  readonly gateway_url: string
  readonly registry_url: string
  readonly console_url: string
  readonly console_link: string
  readonly api_key: string
}

export interface Product extends Facts {
  readonly folder: string
  readonly child: ChildProcess
  /** Everything printed so far. */
  output(): string
  /** SIGTERM as by a supervisor; resolves with the exit code and the time it took. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; ms: number }>
  /** A request to the registry with the fresh key. */
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>
}

/**
 * A new folder for data; `remove` deletes it.
 * @param start `empty` is what somebody has who starts for the first time, and takes seconds more
 */
export function dataFolder(start: 'empty' | 'migrated' = 'migrated') {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  const template = process.env.E2E_DATA_TEMPLATE
  if (start === 'migrated' && template) cpSync(template, folder, { recursive: true })
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export interface StartOptions {
  readonly folder: string
  readonly env?: NodeJS.ProcessEnv
}

/** Runs the start program without waiting; `ended` resolves with its exit code. */
export async function launch(options: StartOptions) {
  const ports = {
    GATEWAY_PORT: await freePort(),
    REGISTRY_PORT: await freePort(),
    CONSOLE_PORT: await freePort(),
  }
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs')], {
    cwd: root,
    env: {
      ...process.env,
      ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
      GATEHOUSE_DATA_DIR: options.folder,
      NODE_ENV: undefined,
      VITEST: undefined,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  return { child, ended, output: () => text }
}

/** Starts the product and waits until it is ready. */
export async function startProduct(options: StartOptions): Promise<Product> {
  const devFile = join(options.folder, 'dev.json')
  rmSync(devFile, { force: true }) // of a start that was killed
  const { child, ended, output } = await launch(options)
  let over = false
  ended.then(() => (over = true))
  await waitFor(() => over || existsSync(devFile), { deadlineMs: 90_000 })
  if (over) throw new Error(`The start ended before it was ready:\n${output()}`)
  const facts = JSON.parse(readFileSync(devFile, 'utf8')) as Facts // written by our own start
  return {
    ...facts,
    folder: options.folder,
    child,
    output,
    stop: async (signal = 'SIGTERM') => {
      const started = performance.now()
      child.kill(signal)
      const code = await ended
      return { code, ms: performance.now() - started }
    },
    api: (method, path, body) => api(`${facts.registry_url}${path}`, facts.api_key, method, body),
  }
}

/** One JSON request with a key. */
export async function api(url: string, key: string, method: string, body?: unknown) {
  const response = await fetch(url, {
    method,
    headers: { 'x-api-key': key, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: (text ? JSON.parse(text) : undefined) as unknown }
}

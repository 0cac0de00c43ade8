// The registry as a process: starts from its environment, says what is wrong, stops when told and when its parent is gone.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, freePort, spawnApp } from '@gatehouse/testkit'
import { createDatabase, dropDatabase } from '@gatehouse/testkit/databases'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'

const template = inject('template')
let folder: string
let where: Record<string, string>
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-main-'))
  where =
    'adminUrl' in template
      ? { DATABASE_URL: await createDatabase(template.adminUrl) }
      : { GATEHOUSE_DATA_DIR: folder }
})
afterAll(async () => {
  if ('adminUrl' in template) await dropDatabase(template.adminUrl, where.DATABASE_URL ?? '')
  rmSync(folder, { recursive: true, force: true })
})

const masterKey = randomBytes(32).toString('base64')

async function environment(more: Record<string, string> = {}): Promise<Record<string, string>> {
  return {
    ...where,
    PORT: String(await freePort()),
    INTERNAL_PORT: String(await freePort()),
    GATEWAY_URL: 'http://127.0.0.1:1',
    GATEWAY_PUBLIC_URL: 'http://127.0.0.1:1',
    CONSOLE_PUBLIC_URL: 'http://127.0.0.1:1',
    MASTER_KEY: masterKey,
    GATEWAY_TOKENS: randomBytes(32).toString('hex'),
    GATEHOUSE_SETTLE_MS: '0',
    // The machine has others to run.
    GATEHOUSE_DATABASE_TIMEOUT_MS: '20000',
    ...more,
  }
}

const refusal = async (env: Record<string, string>) =>
  spawnApp('registry', env).then(
    async (app) => {
      await app.stop()
      return 'started'
    },
    (error: Error) => error.message,
  )

// Processes, one of which makes a database.
describe('the registry as a process', { timeout: 120_000 }, () => {
  test('starts on an empty database, makes no key, answers, stops on SIGTERM, and starts again on its data, also where its log can not be written', async () => {
    const marks: unknown[] = []
    for (let round = 0; round < 2; round += 1) {
      const env = await environment()
      const app: App = await spawnApp('registry', env, { limits: { noRoomForOutput: round === 1 } })
      const ready = await fetch(`http://127.0.0.1:${env.PORT}/ready`)
      marks.push([ready.status, app.ready.kind, 'api_key' in app.ready, await app.stop()])
    }
    expect(marks).toEqual([
      [200, 'ready', false, 0],
      [200, 'ready', false, 0],
    ])
  })

  test('stops when its parent is gone', async () => {
    const app = await spawnApp('registry', await environment())
    app.child.disconnect()
    expect(await app.ended).toBe(0)
  })

  test('refuses another MASTER_KEY, and says so without a stack', async () => {
    const other = await environment({ MASTER_KEY: randomBytes(32).toString('base64') })
    const text = await refusal(other)
    expect(text).toContain('MASTER_KEY is not the one that this data was sealed with')
    expect(text).not.toContain('    at ')
  })

  test('lists every mistake of its settings', async () => {
    const text = await refusal({ ...(await environment()), PORT: 'x', GATEHOUSE_LOG_LEVLE: 'info' })
    expect(text).toContain('2 setting(s) to correct')
    expect(text).toContain('GATEHOUSE_LOG_LEVLE: no such setting')
  })

  test('names a busy port', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as { port: number } // a TCP server that listens has one
    expect(await refusal(await environment({ PORT: String(port) }))).toContain(
      `Port ${port} on 127.0.0.1 is in use`,
    )
    holder.close()
  })
})

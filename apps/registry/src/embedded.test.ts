// The data folder: one process at a time, nothing lost when it is killed, and one clear sentence for what is wrong.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitFor } from '@gatehouse/testkit'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { openDb } from './db.ts'
import { embeddedMajor, openEmbedded } from './embedded.ts'

const folders: string[] = []
const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const template = inject('template')

/** A migrated data folder. */
function dataFolder(...below: string[]): string {
  if (!('embedded' in template)) expect.fail()
  const root = mkdtempSync(join(tmpdir(), 'gatehouse-data-'))
  folders.push(root)
  const folder = join(root, ...below)
  cpSync(template.embedded, folder, { recursive: true })
  return folder
}

/** Another process that holds the folder and writes; it tells every acknowledged id. */
async function writer(folder: string): Promise<{ child: ChildProcess; written: string[] }> {
  const child = fork(join(import.meta.dirname, 'testing/writer.ts'), [folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  children.push(child)
  const written: string[] = []
  child.on('message', (id: string) => written.push(id))
  await waitFor(() => written.length > 0, { deadlineMs: 30_000 })
  return { child, written }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

describe.runIf('embedded' in template)('the data folder', () => {
  test('is refused while another process holds it, in one sentence', async () => {
    const folder = dataFolder()
    const { child } = await writer(folder)
    await expect(openEmbedded(folder)).rejects.toThrow(
      `The data folder ${folder} is in use by another process (${child.pid}): stop that one first`,
    )
  })

  test('opens again after kill -9 in the middle of writes, with every acknowledged row', async () => {
    const folder = dataFolder()
    for (let round = 0; round < 2; round += 1) {
      const { child, written } = await writer(folder)
      await waitFor(() => written.length >= 25, { deadlineMs: 20_000 })
      await kill(child)
      const embedded = await openEmbedded(folder)
      const db = openDb(embedded.source, () => undefined)
      const found = await db.asSystem((tx) => tx.workspace.count({ where: { id: { in: written } } }))
      expect(found).toBe(written.length)
      await db.close()
      await embedded.close()
    }
  })

  test('is free again after it was closed', async () => {
    const folder = dataFolder()
    for (let round = 0; round < 2; round += 1) await (await openEmbedded(folder)).close()
  })

  test('may have a name that is too long for a socket', async () => {
    const embedded = await openEmbedded(dataFolder('a'.repeat(60), 'b'.repeat(60)))
    const db = openDb(embedded.source, () => undefined)
    expect(await db.asSystem((tx) => tx.workspace.count())).toBe(0)
    await db.close()
    await embedded.close()
  })

  test('a lock of a process number that was given to another process does not count', async () => {
    const folder = dataFolder()
    writeFileSync(join(folder, 'database.lock'), JSON.stringify({ pid: process.ppid, started: 'before' }))
    await (await openEmbedded(folder)).close()
  })

  test('that can not be made is refused in one sentence', async () => {
    const folder = dataFolder()
    writeFileSync(join(folder, 'file'), '')
    await expect(openEmbedded(join(folder, 'file', 'data'))).rejects.toThrow(
      /can not be written: give this user/,
    )
  })

  test('of another PostgreSQL is refused, and how to move is said', async () => {
    const folder = dataFolder()
    expect(readFileSync(join(folder, 'database/PG_VERSION'), 'utf8').trim()).toBe(embeddedMajor)
    mkdirSync(join(folder, 'database'), { recursive: true })
    writeFileSync(join(folder, 'database/PG_VERSION'), '17\n')
    await expect(openEmbedded(folder)).rejects.toThrow(/is of PostgreSQL 17, .* move the data/)
  })
})

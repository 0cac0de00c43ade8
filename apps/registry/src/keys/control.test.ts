// The socket of npm run keys: whoever is at its other end, the registry goes on.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestRegistry, type TestRegistry } from '../testing/registry.ts'
import { askRegistry, takeKeyCommands } from './control.ts'

let registry: TestRegistry
let folder: string
let control: Awaited<ReturnType<typeof takeKeyCommands>>
beforeAll(async () => {
  registry = await startTestRegistry()
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-control-'))
  const config = { ...registry.deps.config, GATEHOUSE_DATA_DIR: folder }
  control = await takeKeyCommands({ ...registry.deps, config })
})
afterAll(async () => {
  await control?.close()
  rmSync(folder, { recursive: true, force: true })
  await registry.stop()
})

test('a command that is interrupted with told lines unread, or before it said anything, harms nobody', async () => {
  const silent = connect(join(folder, 'keys.sock'))
  await once(silent, 'connect')
  silent.destroy()
  const interrupted = connect(join(folder, 'keys.sock')).pause()
  await once(interrupted, 'connect')
  interrupted.write('rotate everything\n')
  await expect.poll(() => registry.logged()).toContain('a key command failed')
  interrupted.destroy()
  const lines: string[] = []
  expect(await askRegistry(folder, 'status', (line) => lines.push(line))).toBe(true)
  expect(lines.join('\n')).toContain('data keys:')
})

// A named pipe that is opened for both: the same descriptor is written to here, and read from by its reader when it likes.

import { execFileSync, spawn } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { waitFor } from '@gatehouse/testkit'
import { expect, onTestFinished, test } from 'vitest'
import { logLines } from './log-lines.ts'

function pipe() {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-log-'))
  execFileSync('/usr/bin/env', ['mkfifo', join(folder, 'pipe')])
  const fd = openSync(join(folder, 'pipe'), constants.O_RDWR | constants.O_NONBLOCK)
  onTestFinished(() => {
    closeSync(fd)
    rmSync(folder, { recursive: true })
  })
  let taken = ''
  const read = () => {
    const bytes = Buffer.alloc(1024 * 1024)
    try {
      taken += bytes.toString('utf8', 0, readSync(fd, bytes))
    } catch {} // it is empty
    return taken
  }
  return { fd, read }
}

test('what a reader that stands still has not taken waits in order, up to a limit, and goes on when it reads again', async () => {
  const hooks = process.listenerCount('exit')
  const { fd, read } = pipe()
  const { write } = logLines(fd)
  const lines = Array.from({ length: 4_000 }, (_, i) => `${i} ${'x'.repeat(1_000)}\n`)
  for (const line of lines) write(line)
  let taken = ''
  await waitFor(() => {
    const before = taken
    taken = read()
    return taken.length > 1024 * 1024 && taken.length === before.length && taken.endsWith('\n')
  })
  const whole = taken.split('\n').length - 1
  expect(whole).toBeLessThan(2_000)
  expect(taken).toBe(lines.slice(0, whole).join(''))
  write('again\n')
  await waitFor(() => read().endsWith('\nagain\n') && process.listenerCount('exit') === hooks)
})

const lines = Array.from({ length: 400 }, (_, index) => `${index} ${'x'.repeat(1_000)}`)
const writesAndEnds = `
  import { logLines } from ${JSON.stringify(new URL('./log-lines.ts', import.meta.url).href)}
  const { write } = logLines()
  for (let index = 0; index < ${lines.length}; index += 1) {
    write(index + ' ' + 'x'.repeat(1_000) + '\\n')
    if (index % 100 === 0) await new Promise(setImmediate)
  }
  process.exit(0)`

test.each([
  ['process', writesAndEnds],
  [
    'thread',
    `import { Worker } from 'node:worker_threads'
    new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(writesAndEnds)})))`,
  ],
])('a %s that ends leaves all its lines behind, in their order', async (_where, code) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code])
  const printed = await text(child.stdout)
  expect(printed.split('\n')).toEqual([...lines, ''])
})

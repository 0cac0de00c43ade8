// Copies for readers whose folder, or whose registry, goes away meanwhile.

import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { PGlite } from '@electric-sql/pglite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { serveSnapshots, takeSnapshot } from './snapshots.ts'

let root: string
let folder: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gatehouse-snapshots-'))
  folder = join(root, 'data')
  mkdirSync(join(folder, 'database'), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** The one member of a database that is used. */
const serve = (runExclusive: PGlite['runExclusive']) =>
  serveSnapshots(folder, root, { runExclusive } as PGlite)

test('a copy that can not be removed is left, and the next reader gets an answer', async () => {
  const stop = await serve((copy) => copy())
  const path = readFileSync(join(folder, 'snapshots.address'), 'utf8')
  const reader = connect(path)
  await once(reader, 'data')
  renameSync(folder, `${folder}-moved`)
  symlinkSync(folder, folder) // every path below it is an error now, for root too
  reader.destroy()
  expect(await text(connect(path))).toContain('ELOOP')
  rmSync(folder)
  renameSync(`${folder}-moved`, folder)
  await stop()
})

test('a reader whose registry ends before the copy is made is told what to do', async () => {
  const asked = Promise.withResolvers<void>()
  const stop = await serve(() => {
    asked.resolve()
    return new Promise(() => undefined)
  })
  const refused = expect(takeSnapshot(folder)).rejects.toThrow(
    /^The registry ended .*: start the backup again$/,
  )
  await asked.promise
  await stop()
  await refused
})

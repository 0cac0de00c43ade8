// The embedded database: PGlite behind a Unix socket, so that one adapter, one schema and one folder of migrations serve
// it and PostgreSQL alike. For one machine: it runs one query at a time.

import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import type { Source } from './db.ts'
import { lockFolder } from './folder-lock.ts'
import { serveSnapshots } from './snapshots.ts'

/** The PostgreSQL that this PGlite is. Another one can not read its files. */
export const embeddedMajor = '18'

export interface Embedded {
  readonly source: Source
  /** Resolves with why when the database has stopped by itself, as on a full disk; it answers nothing more then. */
  readonly died: Promise<Error>
  /** Stops the database and gives the folder back. */
  close(): Promise<void>
}

/**
 * V8 compiles WebAssembly a second time, and well, what has run often: by its own measure (13 million) half of what a start runs
 * through once, for a third of the start's CPU. What serves gets there all the same.
 */
const compileWellAfter = '--wasm-tiering-budget=200000000'

/** @throws Error with one sentence where the folder can not be used */
export async function openEmbedded(dataDir: string): Promise<Embedded> {
  const folder = resolve(dataDir)
  const database = join(folder, 'database')
  makeWritable(folder)
  const unlock = lockFolder(folder, join(folder, 'database.lock'))
  try {
    checkMajor(database)
    const socketDir = socketFolder(folder)
    setFlagsFromString(compileWellAfter)
    const db = await PGlite.create(database)
    const died = Promise.withResolvers<Error>()
    const server = new PGLiteSocketServer({ db, path: socketPath(socketDir), maxConnections: 100 })
    await server.start()
    const stopSnapshots = await serveSnapshots(folder, socketDir, db)
    return {
      source: {
        pool: { host: socketDir, port: 5432, user: 'postgres', database: 'postgres' },
        embedded: true,
        onPanic: () => died.resolve(hasStopped(folder)),
      },
      died: died.promise,
      async close() {
        await stopSnapshots()
        await server.stop()
        await db.close()
        rmSync(socketPath(socketDir), { force: true })
        if (socketDir !== folder) rmSync(socketDir, { recursive: true, force: true })
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

const hasStopped = (folder: string) =>
  new Error(
    `The embedded database in ${folder} has stopped, most likely because its disk is full: make room there and start again; what was acknowledged is kept`,
  )

/** The name that PostgreSQL's clients look for in a folder. */
const socketPath = (folder: string) => join(folder, '.s.PGSQL.5432')

/** The data folder itself, or a private one below the system's where the path would be too long for a socket. */
function socketFolder(folder: string): string {
  if (Buffer.byteLength(socketPath(folder)) <= 100) {
    rmSync(socketPath(folder), { force: true }) // left by an unclean exit
    return folder
  }
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12)
  return mkdtempSync(join(tmpdir(), `gatehouse-${name}-`))
}

function makeWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new Error(
      `The data folder ${folder} can not be written: give this user write permission, or set GATEHOUSE_DATA_DIR to another folder`,
      { cause },
    )
  }
}

function checkMajor(database: string): void {
  const file = join(database, 'PG_VERSION')
  if (!existsSync(file)) return
  const found = readFileSync(file, 'utf8').trim()
  if (found === embeddedMajor) return
  throw new Error(
    `The embedded database in ${database} is of PostgreSQL ${found}, this version of Gatehouse carries ${embeddedMajor}: start the version that wrote it and move the data to a PostgreSQL server (DATABASE_URL), or set GATEHOUSE_DATA_DIR to another folder`,
  )
}

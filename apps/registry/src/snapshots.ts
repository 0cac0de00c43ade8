// A copy of the embedded database while the registry serves from it. The registry makes it between two queries, so the copy is
// what kill -9 at that moment would leave behind: everything committed, nothing else. Who asks for one: backup/open-source.ts.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants, cp } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { z } from 'zod'

/** A data folder of its own, to be opened like any other. */
export interface Snapshot {
  readonly folder: string
  /** Removes it. */
  close(): void
}

/** Says where the socket is: its path may be too long for the data folder itself. */
const addressFile = (folder: string) => join(folder, 'snapshots.address')
const prefix = 'snapshot-'
const dayMs = 86_400_000
const answer = z.union([z.object({ folder: z.string() }), z.object({ error: z.string() })])

/**
 * Who connects is told the folder of a copy, which is theirs until they hang up. Returns the function that stops it.
 * @param socketDir readable by this user only
 */
export async function serveSnapshots(
  folder: string,
  socketDir: string,
  db: PGlite,
): Promise<() => Promise<void>> {
  const path = join(socketDir, '.snapshots')
  rmSync(path, { force: true }) // left by an unclean exit
  const readers = new Set<Socket>()
  const server = createServer((socket) => {
    readers.add(socket)
    const hungUp = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => undefined).resume()
    makeCopy(folder, db)
      .then(async (copy) => {
        socket.write(`${JSON.stringify({ folder: copy })}\n`)
        await hungUp
        // At our own stop the reader goes on and removes it.
        if (readers.delete(socket)) rmSync(copy, { recursive: true, force: true })
      })
      .catch((error: unknown) => socket.end(`${JSON.stringify({ error: String(error) })}\n`))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  writeFileSync(addressFile(folder), path, { mode: 0o600 })
  return async () => {
    rmSync(addressFile(folder), { force: true })
    const open = [...readers]
    readers.clear()
    for (const socket of open) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
}

/** A copy from the process that has the folder open; undefined where there is none. @throws Error with one sentence */
export async function takeSnapshot(folder: string): Promise<Snapshot | undefined> {
  if (!existsSync(addressFile(folder))) return undefined
  const socket = connect(readFileSync(addressFile(folder), 'utf8'))
  let told = ''
  try {
    // The end of this reading is not the end of the connection, which keeps the copy.
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      told += chunk
      if (told.endsWith('\n')) break
    }
  } catch {
    return undefined // left by a process that was killed
  }
  if (!told.endsWith('\n'))
    throw new Error('The registry ended before it had copied its database: start the backup again')
  const made = answer.parse(JSON.parse(told))
  if ('error' in made) throw new Error(`The registry could not copy its database: ${made.error}`)
  return {
    folder: made.folder,
    close() {
      rmSync(made.folder, { recursive: true, force: true })
      socket.destroy()
    },
  }
}

/** No query runs meanwhile. */
async function makeCopy(folder: string, db: PGlite): Promise<string> {
  removeForgotten(folder)
  const copy = mkdtempSync(join(folder, prefix))
  const [from, to] = [join(folder, 'database'), join(copy, 'database')]
  try {
    await db.runExclusive(() => cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE }))
    return copy
  } catch (error) {
    rmSync(copy, { recursive: true, force: true })
    throw error
  }
}

/** Of readers and registries that were both killed. */
function removeForgotten(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (!name.startsWith(prefix) || Date.now() - statSync(path).mtimeMs < dayMs) continue
    rmSync(path, { recursive: true, force: true })
  }
}

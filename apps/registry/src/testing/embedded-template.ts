// A data folder with the embedded database, migrated and empty, kept between runs: making one takes seconds, and every test and
// every stack of processes wants one. Run as a program it prints the path.

import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { embeddedMajor, openEmbedded } from '../embedded.ts'
import { migrate } from '../migrate/migrate.ts'

if (import.meta.main) console.log(await embeddedTemplate())

/** @returns its folder, of which one makes a copy */
export async function embeddedTemplate(): Promise<string> {
  const root = join(import.meta.dirname, '../../../..')
  const migrations = join(root, 'prisma/migrations')
  const hash = createHash('sha256').update(embeddedMajor)
  for (const name of readdirSync(migrations).sort()) {
    const file = join(migrations, name, 'migration.sql')
    if (existsSync(file)) hash.update(name).update(readFileSync(file))
  }
  const cache = join(root, 'node_modules/.cache/gatehouse')
  const folder = join(cache, `embedded-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(folder)) return folder
  const draft = join(cache, randomUUID())
  mkdirSync(draft, { recursive: true })
  const embedded = await openEmbedded(draft)
  await migrate(embedded.source)
  await embedded.close()
  try {
    renameSync(draft, folder)
  } catch {
    rmSync(draft, { recursive: true, force: true }) // another run was faster
  }
  return folder
}

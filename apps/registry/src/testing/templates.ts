// vitest's global set-up of the registry's projects: one migrated database, from which every test gets a copy of its own.

import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createDatabase, startPostgres } from '@gatehouse/testkit/databases'
import type { TestProject } from 'vitest/node'
import { embeddedMajor, openEmbedded } from '../embedded.ts'
import { migrate } from '../migrate/migrate.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A data folder to copy, or the URL of a cluster with the template. */
    template: { embedded: string } | { adminUrl: string; name: string }
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  if (project.config.env.GATEHOUSE_TEST_DATABASE === 'embedded') {
    project.provide('template', { embedded: await embeddedTemplate() })
    return async () => undefined
  }
  const server = await startPostgres()
  const name = 'template_gatehouse'
  const url = await createDatabase(server.adminUrl, undefined, name)
  await migrate({ pool: { connectionString: url }, embedded: false })
  project.provide('template', { adminUrl: server.adminUrl, name })
  return () => server.stop()
}

/** Kept between runs, because making the first folder takes seconds. */
async function embeddedTemplate(): Promise<string> {
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

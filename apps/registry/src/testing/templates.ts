// vitest's global set-up of the registry's projects: one migrated database, from which every test gets a copy of its own.

import { createDatabase, startPostgres } from '@gatehouse/testkit/databases'
import type { TestProject } from 'vitest/node'
import { migrate } from '../migrate/migrate.ts'
import { embeddedTemplate } from './embedded-template.ts'

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

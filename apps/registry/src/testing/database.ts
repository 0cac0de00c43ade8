// A database of a test's own, migrated and empty, of the kind that GATEHOUSE_TEST_DATABASE names.

import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase, dropDatabase } from '@gatehouse/testkit/databases'
import { inject } from 'vitest'
import type { Source } from '../db.ts'
import { openEmbedded } from '../embedded.ts'

/** The machine has others to run; what silence comes to is shown in outage.test.ts. */
const silenceMs = 20_000

export interface TestDatabase {
  readonly source: Source
  close(): Promise<void>
}

export async function testDatabase(): Promise<TestDatabase> {
  const template = inject('template')
  if ('embedded' in template) {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'))
    cpSync(template.embedded, folder, { recursive: true })
    const embedded = await openEmbedded(folder)
    return {
      source: embedded.source,
      async close() {
        await embedded.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  }
  const url = await createDatabase(template.adminUrl, template.name)
  return {
    source: { pool: { connectionString: url }, embedded: false, silenceMs },
    close: () => dropDatabase(template.adminUrl, url),
  }
}

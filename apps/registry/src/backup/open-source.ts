// The database that the settings name, for a copy out of it or into it; no schema is made or changed here.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { openEmbedded } from '../embedded.ts'
import type { OpenDatabase } from '../open-database.ts'
import { takeSnapshot } from '../snapshots.ts'

type Where = Pick<Config, 'DATABASE_URL' | 'GATEHOUSE_DATA_DIR'>

/** Also while a registry serves from it. @throws Error with one sentence where there is none */
export async function openToRead({ DATABASE_URL, GATEHOUSE_DATA_DIR }: Where): Promise<OpenDatabase> {
  if (DATABASE_URL) return postgres(DATABASE_URL.reveal())
  if (!existsSync(join(GATEHOUSE_DATA_DIR, 'database', 'PG_VERSION')))
    throw new Error(
      `There is no embedded database in ${GATEHOUSE_DATA_DIR}: set GATEHOUSE_DATA_DIR to the folder, or DATABASE_URL`,
    )
  const snapshot = await takeSnapshot(GATEHOUSE_DATA_DIR)
  if (!snapshot) return openEmbedded(GATEHOUSE_DATA_DIR)
  try {
    const copy = await openEmbedded(snapshot.folder)
    return {
      source: copy.source,
      async close() {
        await copy.close()
        snapshot.close()
      },
    }
  } catch (error) {
    snapshot.close()
    throw error
  }
}

/** @throws Error with one sentence, also where a registry has the folder open */
export async function openToWrite({ DATABASE_URL, GATEHOUSE_DATA_DIR }: Where): Promise<OpenDatabase> {
  return DATABASE_URL ? postgres(DATABASE_URL.reveal()) : openEmbedded(GATEHOUSE_DATA_DIR)
}

const postgres = (connectionString: string): OpenDatabase => ({
  source: { pool: { connectionString }, embedded: false },
  close: async () => undefined,
})

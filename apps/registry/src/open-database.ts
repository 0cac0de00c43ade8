// The database that the settings name, brought to this version's schema.

import type { Config } from './config.ts'
import type { Source } from './db.ts'
import { openEmbedded } from './embedded.ts'
import { migrate } from './migrate/migrate.ts'
import { isOutage } from './outage.ts'

export interface OpenDatabase {
  readonly source: Source
  /** As of Embedded. */
  readonly died?: Promise<Error>
  close(): Promise<void>
}

/** @throws Error with one sentence where it can not be used */
export async function openDatabase(
  config: Pick<Config, 'DATABASE_URL' | 'GATEHOUSE_DATA_DIR'> &
    Partial<Pick<Config, 'GATEHOUSE_DATABASE_TIMEOUT_MS'>>,
): Promise<OpenDatabase> {
  if (config.DATABASE_URL)
    return openPostgres(config.DATABASE_URL.reveal(), config.GATEHOUSE_DATABASE_TIMEOUT_MS)
  const embedded = await openEmbedded(config.GATEHOUSE_DATA_DIR)
  try {
    await migrate(embedded.source)
    return embedded
  } catch (error) {
    await embedded.close()
    throw error
  }
}

async function openPostgres(connectionString: string, silenceMs: number | undefined): Promise<OpenDatabase> {
  const source = { pool: { connectionString }, embedded: false, silenceMs }
  try {
    await migrate(source)
  } catch (cause) {
    if (!isOutage(cause)) throw cause
    throw new Error(
      'The database in DATABASE_URL can not be reached: check that it runs and that the URL is right',
      {
        cause,
      },
    )
  }
  return { source, close: async () => undefined }
}

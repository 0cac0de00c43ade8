// npm run audit -- verify [workspace id]: follows the chains of all workspaces, or of one, and says where one is broken. With the
// settings of the registry; the embedded database belongs to the registry that runs on it, which answers GET /v1/audit/verify.

import { ConfigError, type Environment, gatehouseNames, loadConfig } from '@gatehouse/config'
import { verifyChain } from '../audit.ts'
import { settings } from '../config.ts'
import { type Db, openDb } from '../db.ts'
import { openDatabase } from '../open-database.ts'

const { DATABASE_URL, GATEHOUSE_DATA_DIR } = settings

try {
  process.exitCode = (await run(process.argv.slice(2), process.env)) ? 0 : 1
} catch (error) {
  const expected = error instanceof ConfigError || (error instanceof Error && error.name === 'Error')
  console.error(expected ? error.message : error)
  process.exitCode = 2
}

/** @returns false where a chain is broken */
async function run([verb, only, ...more]: readonly string[], env: Environment): Promise<boolean> {
  if (verb !== 'verify' || more.length > 0)
    throw new Error('Say: verify, or verify and the id of a workspace')
  const config = loadConfig('audit', { DATABASE_URL, GATEHOUSE_DATA_DIR }, env, gatehouseNames)
  const database = await openDatabase({
    DATABASE_URL: config.DATABASE_URL,
    GATEHOUSE_DATA_DIR: config.GATEHOUSE_DATA_DIR ?? '.gatehouse',
  })
  const db = openDb(database.source, () => undefined)
  try {
    return await verifyAll(db, only)
  } finally {
    await db.close()
    await database.close()
  }
}

async function verifyAll(db: Db, only: string | undefined): Promise<boolean> {
  const ids = await chains(db)
  const wanted = only === undefined ? ids : ids.filter((id) => id === only.toLowerCase())
  if (only !== undefined && wanted.length === 0) throw new Error(`There is no workspace ${only}`)
  let whole = true
  for (const id of wanted) {
    const verdict = await verifyChain(db, id)
    whole &&= verdict.ok
    console.log(
      verdict.ok
        ? `workspace ${id}: whole, ${verdict.events} event(s)`
        : `workspace ${id}: BROKEN at event ${verdict.brokenAt} (${verdict.problem})`,
    )
  }
  return whole
}

/** Also of workspaces that are gone, and of those whose head was taken away. */
function chains(db: Db): Promise<string[]> {
  return db.asSystem(async (tx) => {
    const found = await tx.$queryRaw<{ id: string }[]>`
      SELECT id::text FROM workspace UNION SELECT workspace_id::text FROM audit_head
      UNION SELECT workspace_id::text FROM audit_event ORDER BY 1`
    return found.map(({ id }) => id)
  })
}

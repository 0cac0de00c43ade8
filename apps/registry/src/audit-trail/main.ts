// npm run audit -- verify [workspace id]: follows the chains of all workspaces, or of one, and says where one is broken. With the
// settings of the registry; the embedded database belongs to the registry that runs on it, which answers GET /v1/audit/verify.

import { type Environment, gatehouseNames, loadConfig, toTell } from '@gatehouse/config'
import { type AuditVerdict, verifyChain } from '../audit.ts'
import { settings } from '../config.ts'
import { type Db, openDb } from '../db.ts'
import { openInstallation } from '../installation.ts'
import { masterKeySource } from '../keys/key-file.ts'
import { localKeyEncryption, type MasterKeys } from '../keys/master-keys.ts'
import { openDatabase } from '../open-database.ts'
import { createSealer } from '../seal.ts'
import { isSignedBy } from './checkpoint.ts'

const { DATABASE_URL, GATEHOUSE_DATA_DIR, MASTER_KEY } = settings

try {
  process.exitCode = (await run(process.argv.slice(2), process.env)) ? 0 : 1
} catch (error) {
  console.error(toTell(error))
  process.exitCode = 2
}

/** @returns false where a chain is broken */
async function run([verb, only, ...more]: readonly string[], env: Environment): Promise<boolean> {
  if (verb !== 'verify' || more.length > 0)
    throw new Error('Say: verify, or verify and the id of a workspace')
  const key = { ...MASTER_KEY, schema: MASTER_KEY.schema.optional() }
  const wanted = { DATABASE_URL, GATEHOUSE_DATA_DIR, MASTER_KEY: key }
  const config = loadConfig('audit', wanted, env, gatehouseNames)
  const database = await openDatabase({
    DATABASE_URL: config.DATABASE_URL,
    GATEHOUSE_DATA_DIR: config.GATEHOUSE_DATA_DIR ?? '.gatehouse',
  })
  const db = openDb(database.source, () => undefined)
  try {
    return await verifyAll(db, only, config.MASTER_KEY && (await signedHere(db, env, config.MASTER_KEY)))
  } finally {
    await db.close()
    await database.close()
  }
}

/** Whether this installation signed a checkpoint. */
async function signedHere(db: Db, env: Environment, keys: MasterKeys) {
  const kek = localKeyEncryption(masterKeySource(env, keys))
  return isSignedBy(createSealer(kek, (await openInstallation(db.patient, kek)).key))
}

async function verifyAll(
  db: Db,
  only: string | undefined,
  isSigned: ReturnType<typeof isSignedBy> | undefined,
): Promise<boolean> {
  const ids = await chains(db)
  const wanted = only === undefined ? ids : ids.filter((id) => id === only.toLowerCase())
  if (only !== undefined && wanted.length === 0) throw new Error(`There is no workspace ${only}`)
  let whole = true
  for (const id of wanted) {
    const verdict = await verifyChain(db, id, isSigned)
    whole &&= verdict.ok
    console.log(`workspace ${id}: ${tell(verdict, isSigned !== undefined)}`)
  }
  return whole
}

function tell(verdict: AuditVerdict, hasKey: boolean): string {
  if (!verdict.ok && verdict.problem === 'not-signed' && !hasKey)
    return `NOT CHECKED: it begins after event ${verdict.brokenAt}, whose signature takes the registry's MASTER_KEY to check`
  if (!verdict.ok) return `BROKEN at event ${verdict.brokenAt} (${verdict.problem})`
  const { events, removed = 0 } = verdict
  return `whole, ${events} event(s)${removed > 0 ? `, ${removed} older removed by their age` : ''}`
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

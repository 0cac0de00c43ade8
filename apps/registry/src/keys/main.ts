// npm run keys -- status | rotate [master|data]: with the settings of the registry, which may serve meanwhile. What it did is
// in the last line of what it prints.

import { resolve } from 'node:path'
import { type Environment, gatehouseNames, loadConfig, toTell } from '@gatehouse/config'
import { settings } from '../config.ts'
import { openDb } from '../db.ts'
import { openInstallation } from '../installation.ts'
import { openDatabase } from '../open-database.ts'
import { createSealer } from '../seal.ts'
import { parseCommand, runCommand } from './command.ts'
import { askRegistry } from './control.ts'
import { masterKeySource } from './key-file.ts'
import { localKeyEncryption } from './master-keys.ts'

const { DATABASE_URL, GATEHOUSE_DATA_DIR, MASTER_KEY } = settings

try {
  process.exitCode = (await keys(process.argv.slice(2), process.env)) ? 0 : 1
} catch (error) {
  console.error(toTell(error))
  process.exitCode = 1
}

async function keys(args: readonly string[], env: Environment): Promise<boolean> {
  const command = parseCommand(args)
  const config = loadConfig('keys', { DATABASE_URL, GATEHOUSE_DATA_DIR, MASTER_KEY }, env, gatehouseNames)
  const folder = resolve(config.GATEHOUSE_DATA_DIR ?? '.gatehouse')
  // The embedded database belongs to the registry that runs on it: that one does it then.
  const asked = config.DATABASE_URL ? undefined : await askRegistry(folder, command, console.log)
  if (asked !== undefined) return asked
  const { DATABASE_URL: url } = config
  const database = await openDatabase({ DATABASE_URL: url, GATEHOUSE_DATA_DIR: folder })
  const db = openDb(database.source, () => undefined)
  try {
    const kek = localKeyEncryption(masterKeySource(env, config.MASTER_KEY))
    const sealer = createSealer(kek, (await openInstallation(db.patient, kek)).key)
    return await runCommand({ db: db.patient, kek, sealer, tell: console.log }, command)
  } finally {
    await db.close()
    await database.close()
  }
}

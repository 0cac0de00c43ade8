// npm run backup -- <file> and npm run restore -- <file> [--replace], with the registry's own settings for its database. How to
// use them: docs/keeping-data.md.

import { resolve } from 'node:path'
import { type Environment, gatehouseNames, loadConfig, toTell } from '@gatehouse/config'
import { settings } from '../config.ts'
import { isOutage } from '../outage.ts'
import { openToRead, openToWrite } from './open-source.ts'
import { restore } from './restore.ts'
import { writeBackup } from './write-backup.ts'

const { DATABASE_URL, GATEHOUSE_DATA_DIR } = settings

try {
  console.log(await run(process.argv.slice(2), process.env))
} catch (error) {
  const outage = isOutage(error)
    ? 'The database can not be reached: check that it runs and that DATABASE_URL is right. '
    : ''
  const said = toTell(error)
  console.error(typeof said === 'string' ? outage + said : said)
  process.exitCode = 1
}

async function run([command, ...args]: readonly string[], env: Environment): Promise<string> {
  const replace = command === 'restore' && args.includes('--replace')
  const [name, ...more] = args.filter((arg) => !(replace && arg === '--replace'))
  if ((command !== 'backup' && command !== 'restore') || !name || name.startsWith('-') || more.length > 0)
    throw new Error('Say: npm run backup -- <file>, or npm run restore -- <file> [--replace]')
  // npm changes to the package's folder: names are relative to where the person is.
  const path = resolve(env.INIT_CWD ?? '.', name)
  const config = loadConfig(command, { DATABASE_URL, GATEHOUSE_DATA_DIR }, env, gatehouseNames)
  const where = { ...config, GATEHOUSE_DATA_DIR: resolve(config.GATEHOUSE_DATA_DIR ?? '.gatehouse') }
  const database = command === 'backup' ? await openToRead(where) : await openToWrite(where)
  try {
    if (command === 'backup') {
      const rows = await writeBackup(database.source, path, console.log)
      return `${rows} rows are in ${path}. The master key is not: keep it as well, elsewhere`
    }
    const rows = await restore(database.source, path, { replace }, console.log)
    return `${rows} rows restored. Start with the MASTER_KEY that they were sealed with`
  } finally {
    await database.close()
  }
}

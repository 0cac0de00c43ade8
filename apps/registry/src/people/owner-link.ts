// npm run owner-link: a link for the owner of an installation on PostgreSQL, on the last line of what it prints. The registry
// may run meanwhile. On the embedded database `npm start` prints one itself.

import { ConfigError, type Environment, gatehouseNames, loadConfig } from '@gatehouse/config'
import { newRequestId } from '@gatehouse/http-kit'
import { settings } from '../config.ts'
import { openDb } from '../db.ts'
import { firstOwner } from './first-owner.ts'
import { linkForOwner, systemActor } from './link-for-owner.ts'

const { DATABASE_URL, CONSOLE_PUBLIC_URL } = settings

try {
  console.log(await ownerLink(process.env))
} catch (error) {
  const expected = error instanceof ConfigError || (error instanceof Error && error.name === 'Error')
  console.error(expected ? error.message : error)
  process.exitCode = 1
}

async function ownerLink(env: Environment): Promise<string> {
  const config = loadConfig('owner-link', { DATABASE_URL, CONSOLE_PUBLIC_URL }, env, gatehouseNames)
  if (config.DATABASE_URL === undefined)
    throw new Error('Set DATABASE_URL; on the embedded database npm start prints a link')
  const pool = { connectionString: config.DATABASE_URL.reveal() }
  const db = openDb({ pool, embedded: false }, () => undefined)
  try {
    const owner = await db.asSystem(firstOwner)
    if (owner === null) throw new Error('Start the registry once: this database has no owner yet')
    const { workspaceId } = owner
    const actor = systemActor(workspaceId, 'owner-link')
    const where = {
      consoleUrl: config.CONSOLE_PUBLIC_URL,
      now: new Date(),
      requestId: newRequestId(),
    }
    return await db.inWorkspace(workspaceId, (tx) => linkForOwner(tx, actor, owner, where))
  } finally {
    await db.close()
  }
}

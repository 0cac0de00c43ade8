// The start of the registry: settings, database, listeners, and a stop that loses nothing. The order of a request is in app.ts.

import { startOrTell } from '@gatehouse/config'
import { onStop } from '@gatehouse/http-kit'
import { collectDefaultMetrics } from 'prom-client'
import { loadRegistryConfig } from './config.ts'
import { openDeps } from './deps.ts'
import { takeKeyCommands } from './keys/control.ts'
import { openDatabase } from './open-database.ts'
import { ensureFirstOwner } from './people/first-owner.ts'
import { localStart } from './people/local-start.ts'
import { serve } from './serve.ts'

await startOrTell(start)

async function start(): Promise<void> {
  const config = loadRegistryConfig(process.env)
  const database = await openDatabase(config)
  void database.died?.then(({ message }) => {
    console.error(message)
    // Who just waits for an answer hears 503; nothing else can be done here.
    setTimeout(() => process.exit(1), 200)
  })
  const { deps, close } = await openDeps(config, database.source)
  collectDefaultMetrics({ register: deps.metrics })
  await ensureFirstOwner(deps.db)
  const local = config.GATEHOUSE_LOCAL_START ? await localStart(deps) : undefined
  const serving = await serve(deps)
  const control = config.DATABASE_URL ? undefined : await takeKeyCommands(deps)
  const times = { settleMs: config.GATEHOUSE_SETTLE_MS, drainMs: config.GATEHOUSE_DRAIN_MS }
  onStop(async () => {
    await serving.stop(times)
    await control?.close()
    await close()
    await database.close()
  }, times)
  deps.log.info({ port: serving.port, internal_port: serving.internalPort }, 'ready')
  process.send?.({ kind: 'ready', port: serving.port, internal_port: serving.internalPort, ...local })
}

// The start of the console: settings, the built pages, a listener, and a stop that ends its streams. The order of a request is
// in server/app.ts.

import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { join, resolve } from 'node:path'
import { startOrTell } from '@gatehouse/config'
import { drain, listen, onStop } from '@gatehouse/http-kit'
import { loadConsoleConfig } from './config.ts'
import { allowedHere } from './server/allowed.ts'
import { consoleApp } from './server/app.ts'
import { createForward } from './server/forward.ts'

const folder = resolve(import.meta.dirname, '..')

await startOrTell(start)

async function start(): Promise<void> {
  const config = loadConsoleConfig(process.env)
  if (!existsSync(join(folder, '.next', 'BUILD_ID'))) {
    throw new Error("The console is not built yet: run 'npm run build' in its folder")
  }
  // Next reads these when it is loaded.
  Object.assign(process.env, { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' })
  const { default: next } = await import('next')
  const pages = next({ dev: false, dir: folder, quiet: true })
  await pages.prepare()
  const forward = createForward(config)
  const standing = { allowed: allowedHere(config, config.PORT) }
  const render = pages.getRequestHandler()
  const server = createServer({ maxHeaderSize: 64 * 1024 }, consoleApp({ config, forward, render, standing }))
  const port = await listen(server, config.PORT, config.GATEHOUSE_HOST)
  standing.allowed = allowedHere(config, port)
  const times = { settleMs: config.GATEHOUSE_SETTLE_MS, drainMs: config.GATEHOUSE_DRAIN_MS }
  onStop(async () => {
    await new Promise((resolve) => setTimeout(resolve, times.settleMs))
    const drained = drain(server, times.drainMs)
    forward.endStreams()
    await drained
    await forward.close()
  }, times)
  process.send?.({ kind: 'ready', port })
}

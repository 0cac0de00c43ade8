// `npm start`: sets up what is missing, then runs registry, gateway, console and a sample server on loopback until Ctrl-C.

import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { root } from './lib/paths.mjs'
import { refuse, say } from './lib/say.mjs'
import { setup } from './setup.mjs'
import { App } from './start/apps.mjs'
import { buildConsole } from './start/console-build.mjs'
import { openDataFolder, writePrivately } from './start/data-folder.mjs'
import { choosePorts } from './start/ports.mjs'
import { registerSample } from './start/sample.mjs'
import { welcome } from './start/welcome.mjs'

const loopback = '127.0.0.0/8,::1/128,localhost'
const folder = resolve(root, process.env.GATEHOUSE_DATA_DIR || '.gatehouse')
const devFile = join(folder, 'dev.json')

const ports = await choosePorts()
const { secrets, release } = openDataFolder(folder)
rmSync(devFile, { force: true }) // of a start that was killed
process.on('exit', () => {
  rmSync(devFile, { force: true })
  release()
})

const apps = []
let stopping = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0))

await setup()

const url = (port) => `http://localhost:${port}`
const urls = { gateway: url(ports.gateway), registry: url(ports.registry), console: url(ports.console) }
const life = { GATEHOUSE_SETTLE_MS: '0', GATEHOUSE_DRAIN_MS: '3000' }
const wayOut = {
  GATEHOUSE_EGRESS_ALLOW: [process.env.GATEHOUSE_EGRESS_ALLOW, loopback].filter(Boolean).join(','),
}

try {
  await run()
} catch (error) {
  if (!stopping) {
    console.error(`\n${error.message}`)
    await stop(1)
  }
}

async function run() {
  const built = buildConsole()
  const sample = launch('sample server', 'packages/sample-server/src/main.ts', { PORT: String(ports.sample) })
  const registry = launch('registry', 'apps/registry/src/main.js', {
    ...life,
    ...wayOut,
    PORT: String(ports.registry),
    INTERNAL_PORT: String(ports.internal),
    PUBLIC_URL: urls.registry,
    GATEWAY_URL: urls.gateway,
    GATEWAY_PUBLIC_URL: urls.gateway,
    CONSOLE_PUBLIC_URL: urls.console,
    MASTER_KEY_FILE: secrets.master_key_file,
    GATEWAY_TOKENS: secrets.gateway_token,
    GATEHOUSE_DATA_DIR: folder,
    GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1,::1',
    GATEHOUSE_LOCAL_START: '1',
    // After a start that was killed nobody waits long for a gateway that is no more.
    GATEHOUSE_LEASE_MS: '15000',
    ...(process.env.DATABASE_URL && { DATABASE_URL: process.env.DATABASE_URL }),
  })
  const { api_key, console_link } = await registry.ready
  say(`Registry ready at ${urls.registry}`)
  const gateway = launch('gateway', 'apps/gateway/src/main.js', {
    ...life,
    ...wayOut,
    PORT: String(ports.gateway),
    PUBLIC_URL: urls.gateway,
    REGISTRY_URL: `http://127.0.0.1:${ports.internal}`,
    GATEWAY_TOKEN: secrets.gateway_token,
    CONSOLE_PUBLIC_URL: urls.console,
  })
  await gateway.ready
  say(`Gateway ready at ${urls.gateway}/mcp/`)
  const { url: sampleUrl } = await sample.ready
  await registerSample({ urls, apiKey: api_key, sampleUrl })
  await built
  const pages = launch('console', 'apps/console/src/main.js', {
    ...life,
    PORT: String(ports.console),
    PUBLIC_URL: urls.console,
    REGISTRY_URL: urls.registry,
    GATEWAY_URL: urls.gateway,
  })
  await pages.ready
  say(`Console ready at ${urls.console}`)
  if (stopping) return
  const facts = {
    gateway_url: urls.gateway,
    registry_url: urls.registry,
    console_url: urls.console,
    console_link,
    api_key,
  }
  const greeting = welcome(facts, { sampleUrl, devFile })
  writePrivately(devFile, `${JSON.stringify(facts, null, 2)}\n`)
  console.log(greeting)
  for (const app of apps) app.beLoud()
}

function launch(name, script, env) {
  const app = new App(name, script, env)
  apps.push(app)
  app.ended.then((how) => {
    if (stopping) return
    console.error(
      `\nThe ${name} ended unexpectedly (${how}); stopping the rest. What it said last:\n${app.output.trim()}`,
    )
    stop(1)
  })
  return app
}

/** Gateway, console and sample first, so that the registry still takes the last call records. A second call ends at once. */
async function stop(code) {
  if (stopping) {
    for (const app of apps) app.kill()
    process.exit(1)
  }
  stopping = true
  rmSync(devFile, { force: true })
  say('Stopping; Ctrl-C again ends at once')
  const [registry, rest] = [
    apps.filter((app) => app.name === 'registry'),
    apps.filter((app) => app.name !== 'registry'),
  ]
  await Promise.all(rest.map((app) => app.stop(3_500)))
  await Promise.all(registry.map((app) => app.stop(1_200)))
  process.exit(code)
}

process.on('uncaughtException', (error) => {
  for (const app of apps) app.kill()
  refuse(`Gatehouse stopped: ${error.stack}`)
})

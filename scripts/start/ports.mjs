// The ports of a start: refused early and by name when one is busy.

import { createServer } from 'node:net'
import { refuse } from '../lib/say.mjs'

/** {gateway, registry, console, internal, sample}: three from the environment, then the two after them (7403 and 7404) or free ones. */
export async function choosePorts() {
  const ports = {}
  for (const [app, fallback] of [
    ['gateway', 7400],
    ['registry', 7401],
    ['console', 7402],
  ]) {
    const name = `${app.toUpperCase()}_PORT`
    const text = process.env[name] || String(fallback)
    const port = Number(text)
    if (!/^\d+$/.test(text) || port < 1 || port > 65535)
      refuse(`${name} is "${text}": set it to a port from 1 to 65535.`)
    const taken = Object.entries(ports).find(([, other]) => other === port)
    if (taken) refuse(`${name} is ${port}, the same as the ${taken[0]}'s: give each app a port of its own.`)
    if (!(await bindable(port)))
      refuse(`Port ${port} is in use: stop the other program, or set ${name} to a free port.`)
    ports[app] = port
  }
  // Two starts with ports of their own don't reach for the same ones.
  ports.internal = await preferred(ports.gateway + 3, ports)
  ports.sample = await preferred(ports.gateway + 4, ports)
  return ports
}

async function preferred(port, taken) {
  const fits = port <= 65535 && !Object.values(taken).includes(port)
  const free = fits ? await bindable(port) : undefined
  return free ?? (await bindable(0))
}

/** The port when it can be bound on loopback (0: any free one), else undefined. */
function bindable(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const bound = server.address().port
      server.close(() => resolve(bound))
    })
  })
}

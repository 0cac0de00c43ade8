// Other gateways in front of the same answers: three from npm, and one made of the official SDK. Each gets the load that it is made
// for: a session where it has sessions, its own form of a call where it takes no other.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@gatehouse/testkit'
import { type Contender, type Start, startProgram } from './contenders.ts'
import { npmPeer } from './npm-peers.ts'

const stdioServer = join(import.meta.dirname, 'stdio-server.ts')

/** Small JSON answers only: what they are measured with. */
const small = (address: string) => async (form: string) => (form === '/json' ? address : undefined)

const supergateway: Start = async () => {
  const program = await npmPeer('supergateway')
  const server = `${process.execPath} ${stdioServer}`
  const options = ['--outputTransport', 'streamableHttp', '--stateful', '--logLevel', 'none']
  return sessionful('supergateway', (port) => [program, '--stdio', server, ...options, '--port', port])
}

const mcpProxy: Start = async () => {
  const program = await npmPeer('mcp-proxy')
  const options = ['--server', 'stream', '--host', '127.0.0.1']
  return sessionful('mcp-proxy', (port) => [
    program,
    ...options,
    '--port',
    port,
    '--',
    process.execPath,
    stdioServer,
  ])
}

const sdkGateway: Start = async (upstream) => {
  const { origin, pid, stop } = await startProgram('sdk-gateway.ts', upstream)
  const headers = await openSession(origin)
  const address = async (form: string) => (form === '/json' || form === 'aggregate' ? origin : undefined)
  return { name: 'sdk-gateway', pids: [pid], address, headers, numbers: true, stop }
}

/** Its MCP endpoint answers on a stream of its own, which no driver of requests sees: measured is its REST endpoint. */
const mcpHub: Start = async (upstream) => {
  const program = await npmPeer('mcp-hub')
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-mcp-hub-'))
  const config = join(folder, 'servers.json')
  writeFileSync(config, JSON.stringify({ mcpServers: { bench: { url: `${upstream}/session` } } }))
  const port = await freePort()
  const child = startPeer(program, ['--port', String(port), '--config', config], { HOME: folder })
  const address = `http://127.0.0.1:${port}/api/servers/tools`
  const body = JSON.stringify({ server_name: 'bench', tool: 'echo', arguments: { text: 'hello' } })
  await answering(child, 'mcp-hub', () =>
    fetch(address, { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
  )
  const stop = async () => {
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
  return { name: 'mcp-hub', pids: [child.pid ?? 0], address: small(address), headers: {}, body, stop }
}

/** By the name under which the report has them. */
export const peers = {
  supergateway,
  'mcp-proxy': mcpProxy,
  'mcp-hub': mcpHub,
  'sdk-gateway': sdkGateway,
} as const satisfies Record<string, Start>

async function sessionful(name: string, args: (port: string) => string[]): Promise<Contender> {
  const port = await freePort()
  const [program = '', ...rest] = args(String(port))
  const child = startPeer(program, rest)
  const address = `http://127.0.0.1:${port}/mcp`
  let headers: Record<string, string> = {}
  await answering(child, name, async () => {
    headers = await openSession(address)
    return new Response()
  })
  const pids = [child.pid ?? 0]
  return { name, pids, address: small(address), headers, numbers: true, stop: () => ended(child) }
}

const startPeer = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawn(process.execPath, [program, ...args], { stdio: 'ignore', env: { ...process.env, ...env } })

const ended = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    if (child.exitCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill()
    setTimeout(() => child.kill('SIGKILL'), 2_000).unref()
  })

/** @throws Error with what went wrong last where it does not answer within 20 s */
async function answering(child: ChildProcess, name: string, ask: () => Promise<Response>): Promise<void> {
  const deadline = Date.now() + 20_000
  for (;;) {
    try {
      const answer = await ask()
      if (answer.ok) return
      throw new Error(`it answers ${answer.status}`)
    } catch (cause) {
      if (Date.now() < deadline && child.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, 200))
        continue
      }
      await ended(child)
      throw new Error(`${name} does not serve calls`, { cause })
    }
  }
}

/** The headers of a session. @throws Error where none was opened */
async function openSession(address: string): Promise<Record<string, string>> {
  const revision = '2025-06-18'
  const send = (body: object, headers: Record<string, string> = {}) =>
    fetch(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...body }),
      signal: AbortSignal.timeout(5_000),
    })
  const clientInfo = { name: 'bench', version: '1' }
  const params = { protocolVersion: revision, capabilities: {}, clientInfo }
  const greeted = await send({ id: 1, method: 'initialize', params })
  const id = greeted.headers.get('mcp-session-id')
  await greeted.text()
  if (id === null) throw new Error(`initialize answered ${greeted.status} without a session`)
  const session = { 'Mcp-Session-Id': id, 'MCP-Protocol-Version': revision }
  await (await send({ method: 'notifications/initialized' }, session)).text()
  return session
}

// What is measured, each as a process that passes calls on to the same upstream.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, waitFor } from '@gatehouse/testkit'
import { startStack } from '../../src/stack.ts'

export interface Contender {
  readonly name: string
  /** Of the processes whose CPU time counts. */
  readonly pids: readonly number[]
  /** @param form of the answer: a path of the upstream; undefined where this contender is not measured with it */
  address(form: string): Promise<string | undefined>
  readonly headers: Readonly<Record<string, string>>
  /** Calls of one session at once need ids of their own. */
  readonly numbers?: boolean
  /** Where its calls are of a form of their own. */
  readonly body?: string
  /** What it needs beside the measured: kept away from the core of the measured, and out of their way. */
  readonly helpers?: readonly number[]
  stop(): Promise<unknown>
}

/** @throws Error where it can't run here */
export type Start = (upstream: string) => Promise<Contender>

/** A program of this folder that listens on the port given to it. */
export async function startProgram(file: string, ...args: string[]) {
  const port = await freePort()
  const program = join(import.meta.dirname, file)
  const child = spawn(process.execPath, [program, String(port), ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  process.once('exit', () => child.kill())
  await new Promise((resolve) => child.once('message', resolve))
  return {
    origin: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: async () => void child.kill(),
  }
}

const isOfCalls = (form: string) => form.startsWith('/') && form !== '/stream'

const direct: Start = async (upstream) => ({
  name: 'direct',
  pids: [],
  address: async (form) => (isOfCalls(form) ? upstream + form : undefined),
  headers: {},
  stop: async () => {},
})

const barePipe: Start = async (upstream) => {
  const { origin, pid, stop } = await startProgram('bare-pipe.ts', upstream)
  const address = async (form: string) => (form.startsWith('/') ? origin + form : undefined)
  return { name: 'bare-pipe', pids: [pid], address, headers: {}, stop }
}

const gatehouse: Start = async (upstream) => {
  const stack = await startStack({
    GATEHOUSE_MAX_CALLS_PER_WORKSPACE: '1000',
    GATEHOUSE_MAX_STREAMS_PER_CALLER: '10000',
    // It is kept busy on purpose, and others on the machine may keep it waiting: that must not make it refuse.
    GATEHOUSE_MAX_EVENT_LOOP_DELAY_MS: '10000',
    GATEHOUSE_LOG_LEVEL: 'error',
  })
  const servers: string[] = []
  const register = async (url: string) => {
    const { id, address } = await stack.register(url, [['X-Stored', 'value']])
    servers.push(id)
    return address
  }
  /** The endpoint of all servers: these, and none of the cases before. */
  const aggregate = async () => {
    for (const id of servers.splice(0)) await stack.ask('DELETE', `/v1/deepagents/mcp-servers/${id}`)
    for (let i = 1; i < 50; i += 1) await register(`${upstream}/tools/${i}`)
    await register(`http://127.0.0.1:${await freePort()}/dead`)
    return `${stack.gatewayUrl}/mcp/`
  }
  return {
    name: 'gatehouse',
    pids: [stack.gateway.child.pid ?? 0],
    helpers: [stack.registry.child.pid ?? 0],
    address: async (form) => (form === 'aggregate' ? aggregate() : register(upstream + form)),
    headers: { 'X-Api-Key': stack.key },
    stop: stack.stop,
  }
}

/** The practical limit. */
const nginx: Start = async (upstream) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-nginx-'))
  const port = await freePort()
  const config = join(folder, 'nginx.conf')
  writeFileSync(
    config,
    `worker_processes 1; daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream up { server ${new URL(upstream).host}; keepalive 256; keepalive_requests 1000000000; }
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; } }
}`,
  )
  const child = spawn('nginx', ['-c', config, '-p', folder], { stdio: 'ignore' })
  await waitFor(() => readFileSync(join(folder, 'pid'), 'utf8') !== '')
  return {
    name: 'nginx',
    pids: [child.pid ?? 0],
    address: async (form) => (isOfCalls(form) ? `http://127.0.0.1:${port}${form}` : undefined),
    headers: {},
    async stop() {
      child.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** By the name under which the report has them. */
export const contenders = { direct, nginx, 'bare-pipe': barePipe, gatehouse } as const satisfies Record<
  string,
  Start
>

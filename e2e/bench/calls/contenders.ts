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
  /** @param form of the answer: a path of the upstream */
  address(form: string): Promise<string>
  readonly headers: Readonly<Record<string, string>>
  stop(): Promise<unknown>
}

type Start = (upstream: string) => Promise<Contender>

/** A program of this folder that listens on the port given to it. */
export async function startProgram(file: string, ...args: string[]) {
  const port = await freePort()
  const program = join(import.meta.dirname, file)
  const child = spawn(process.execPath, [program, String(port), ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await new Promise((resolve) => child.once('message', resolve))
  return {
    origin: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: async () => void child.kill(),
  }
}

const direct: Start = async (upstream) => ({
  name: 'direct',
  pids: [],
  address: async (form) => upstream + form,
  headers: {},
  stop: async () => {},
})

const barePipe: Start = async (upstream) => {
  const { origin, pid, stop } = await startProgram('bare-pipe.ts', upstream)
  return { name: 'bare-pipe', pids: [pid], address: async (form) => origin + form, headers: {}, stop }
}

const gatehouse: Start = async (upstream) => {
  const stack = await startStack({ GATEHOUSE_MAX_CALLS_PER_WORKSPACE: '1000', GATEHOUSE_LOG_LEVEL: 'error' })
  return {
    name: 'gatehouse',
    pids: [stack.gateway.child.pid ?? 0],
    address: async (form) => (await stack.register(upstream + form, [['X-Stored', 'value']])).address,
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
    address: async (form) => `http://127.0.0.1:${port}${form}`,
    headers: {},
    async stop() {
      child.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const contenders: readonly Start[] = [direct, nginx, barePipe, gatehouse]

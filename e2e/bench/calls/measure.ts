// One round: a driver sends the same call over and over, and the processes say how much CPU time they took for it.

import { execFile, execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Contender } from './contenders.ts'

export interface Round {
  readonly cpu_us: number
  readonly rps: number
  readonly p50_ms: number
  readonly p99_ms: number
  readonly rss_mb: number
}

const call = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'echo', arguments: { text: 'hello' } },
})

/** Every thread of the process runs on this core alone. */
export const pin = (pid: number, core: number) =>
  void execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' })

/** @throws Error where an answer was no success */
export async function measure(
  { pids, headers }: Contender,
  address: string,
  { connections, seconds, core }: { connections: number; seconds: number; core: number },
): Promise<Round> {
  const script = join(tmpdir(), `gatehouse-call-${process.pid}.lua`)
  const all = {
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `wrk.headers["${name}"] = "${value}"`)
  writeFileSync(script, `wrk.method = "POST"\nwrk.body = [[${call}]]\n${lines.join('\n')}\n`)
  const before = cpuMs(pids)
  const { stdout } = await promisify(execFile)('taskset', [
    ...['-c', String(core), 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script],
    address,
  ])
  const took = cpuMs(pids) - before
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${address} failed:\n${stdout}`)
  const read = (pattern: RegExp) => pattern.exec(stdout)?.[1] ?? ''
  const requests = Number(read(/(\d+) requests in/))
  return {
    cpu_us: (took * 1_000) / requests,
    rps: Number(read(/Requests\/sec:\s+([\d.]+)/)),
    p50_ms: inMs(read(/ 50%\s+(\S+)/)),
    p99_ms: inMs(read(/ 99%\s+(\S+)/)),
    rss_mb: pids.reduce((sum, pid) => sum + rssMb(pid), 0),
  }
}

/** The system counts in ticks of 10 ms. */
const cpuMs = (pids: readonly number[]) =>
  pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return sum + (Number(fields[11]) + Number(fields[12])) * 10
  }, 0)

const rssMb = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

function inMs(text: string): number {
  const value = Number.parseFloat(text)
  if (text.endsWith('us')) return value / 1_000
  return text.endsWith('ms') ? value : value * 1_000
}

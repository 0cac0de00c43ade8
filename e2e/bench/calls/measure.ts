// One round: a driver sends the same call over and over, and the processes say how much CPU time they took for it.

import { execFile, execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Contender } from './contenders.ts'

export interface Round {
  readonly cpu_us: number
  readonly rps: number
  readonly p50_ms: number
  readonly p99_ms: number
  readonly rss_mb: number
}

const message = (id: number | string, method: string, params?: object) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, ...(params && { params }) })
const echo = { name: 'echo', arguments: { text: 'hello' } }

/** The body of a contender's requests. @param id where each call has its own: what the driver replaces */
export function bodyOf({ body }: Contender, form: string, id: number | string): string {
  if (form === 'aggregate') return message(id, 'tools/list')
  return body ?? message(id, 'tools/call', echo)
}

/** Of its requests. */
export const headersOf = ({ headers }: Contender) => ({
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
  ...headers,
})

/** One call. @throws Error where its answer is not what all the others get too */
export async function tryOnce(one: Contender, address: string, form: string): Promise<void> {
  const headers = headersOf(one)
  const answer = await fetch(address, { method: 'POST', headers, body: bodyOf(one, form, 1) })
  const text = await answer.text()
  const wanted = form === 'aggregate' ? 'tool-39' : 'xxxxxxxx'
  if (!text.includes(wanted)) throw new Error(`${one.name} answered ${answer.status}: ${text.slice(0, 300)}`)
}

/** Every thread of the process runs on this core alone. */
export const pin = (pid: number, core: number) =>
  void execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' })

/**
 * `idle` ones work only when nobody else on their core wants to: in life they are on another machine. Not for longer than a round,
 * as a gateway that hears nothing of its registry stops.
 */
export function schedule(pids: readonly number[], policy: 'idle' | 'other'): void {
  for (const pid of pids) execFileSync('chrt', ['-a', `--${policy}`, '-p', '0', String(pid)])
}

/** The processes that it started. */
export const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)

/** @throws Error where an answer was no success */
export async function measure(
  one: Contender,
  address: string,
  form: string,
  { connections, seconds, core }: { connections: number; seconds: number; core: number },
): Promise<Round> {
  const { pids } = one
  const script = join(tmpdir(), `gatehouse-call-${process.pid}.lua`)
  const lines = Object.entries(headersOf(one)).map(([name, value]) => `wrk.headers["${name}"] = "${value}"`)
  const [head, after = ''] = bodyOf(one, form, one.numbers ? '#' : 1).split('"#"')
  const each = `local n = 100
request = function() n = n + 1; return wrk.format(nil, nil, nil, [[${head}]] .. n .. [[${after}]]) end`
  const body = one.numbers ? each : `wrk.body = [[${head}]]`
  writeFileSync(script, `wrk.method = "POST"\n${lines.join('\n')}\n${body}\n`)
  const before = cpuMs(pids)
  const { stdout } = await promisify(execFile)('taskset', [
    ...[
      '-c',
      String(core),
      'wrk',
      '-t1',
      `-c${connections}`,
      `-d${seconds}s`,
      '--timeout',
      '30s',
      '--latency',
      '-s',
      script,
    ],
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

/** Until they have worked off what was left to them, so that nobody else's round is disturbed by it. */
export async function settle(pids: readonly number[]): Promise<void> {
  for (let deadline = Date.now() + 30_000, used = cpuMs(pids); Date.now() < deadline; ) {
    await pause(200)
    const now = cpuMs(pids)
    if (now - used <= 20) return
    used = now
  }
}

/** The system counts in ticks of 10 ms. */
const cpuMs = (pids: readonly number[]) =>
  pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return sum + (Number(fields[11]) + Number(fields[12])) * 10
  }, 0)

/** Of a process, in MB. */
export const rssMb = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

function inMs(text: string): number {
  const value = Number.parseFloat(text)
  if (text.endsWith('us')) return value / 1_000
  return text.endsWith('ms') ? value : value * 1_000
}

// What a stream costs on which nothing happens: so many are opened, and the memory of whoever holds them is looked at.

import { Agent, get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { rssMb } from './measure.ts'
import type { Field } from './rounds.ts'

const streams = 5_000
const settleMs = 3_000

/** KB per stream for those who hold a stream as the gateway does. */
export async function measureIdleStreams({ contenders }: Field) {
  const found: Record<string, { rss_mb: number; kb_per_stream: number }> = {}
  for (const { name, pids, address, headers } of contenders) {
    if (name !== 'gatehouse' && name !== 'bare-pipe') continue
    const url = await address('/stream')
    if (url === undefined) continue
    const memory = () => pids.reduce((sum, pid) => sum + rssMb(pid), 0)
    const before = memory()
    const close = await open(url, { ...headers, accept: 'text/event-stream' })
    await pause(settleMs)
    const after = memory()
    close()
    found[name] = {
      rss_mb: Math.round(after),
      kb_per_stream: Math.round(((after - before) * 10_240) / streams) / 10,
    }
  }
  return found
}

/** All of them; resolves when each has its head. */
async function open(url: string, headers: Readonly<Record<string, string>>): Promise<() => void> {
  const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY })
  const one = () =>
    new Promise<void>((resolve, reject) => {
      get(url, { agent, headers }, (response) => {
        response.on('error', () => {}) // it is closed below
        response.resume()
        if (response.statusCode === 200) resolve()
        else reject(new Error(`a stream was answered ${response.statusCode}`))
      }).on('error', reject)
    })
  for (let left = streams; left > 0; left -= 100) await Promise.all(Array.from({ length: 100 }, one))
  return () => agent.destroy()
}

// Two gateways behind a balancer that asks them whether they are ready, restarted one after the other under calls and open streams.

import { setTimeout } from 'node:timers/promises'
import { freePort, scripts, spawnApp, startRecordingUpstream, waitFor } from '@gatehouse/testkit'
import { expect } from 'vitest'
import { legacyCaller, sessionCaller } from './callers.ts'
import { startBalancer } from './round-robin.ts'
import { startStack } from './stack.ts'
import { runTraffic } from './traffic.ts'

interface Load {
  readonly callers: number
  /** Between two calls of one caller. */
  readonly pauseMs: number
  readonly streams: number
}

/** Expects that no call fails and every stream ends cleanly. @returns figures */
export async function rollingRestart({ callers: count, pauseMs, streams: streamCount }: Load) {
  const settings = { GATEHOUSE_SETTLE_MS: '1000', GATEHOUSE_DRAIN_MS: '15000' }
  const stack = await startStack(settings)
  const ports = [await freePort(), await freePort()] as const
  const front = await freePort()
  const own = { ...settings, PUBLIC_URL: `http://localhost:${front}` }
  const start = (port: number) => spawnApp('gateway', { ...stack.gatewayEnv, ...own, PORT: String(port) })
  const gateways = [await start(ports[0]), await start(ports[1])]
  const balancer = await startBalancer(front, ports, { readyEveryMs: 100 })
  const upstream = await startRecordingUpstream(scripts.legacyServer({ sessionId: 'one' }))
  const plain = await startRecordingUpstream(scripts.legacyServer())
  const events = await startRecordingUpstream(
    scripts.sse([scripts.event({ jsonrpc: '2.0', method: 'notifications/message' }), new Promise(() => {})]),
  )
  try {
    const at = async (url: string) => `http://localhost:${front}/mcp/${(await stack.register(url)).slug}`
    const [withSession, without, quiet] = [await at(upstream.url), await at(plain.url), await at(events.url)]
    const traffic = runTraffic({
      callers: Array.from({ length: count }, (_, i) => {
        const make = i % 2 ? legacyCaller : sessionCaller
        return make({ address: () => (i % 2 ? without : withSession), key: stack.key })
      }),
      upstreams: [upstream, plain],
      pauseMs,
    })
    const streams = openStreams(streamCount, quiet, stack.key)
    await traffic.flows()
    await waitFor(() => streams.open() === streamCount)
    const from = performance.now()
    const before = traffic.ok()
    for (const [i, port] of ports.entries()) {
      const asked = performance.now()
      expect(await gateways[i]?.stop()).toBe(0)
      expect(performance.now() - asked).toBeLessThan(27_000)
      await waitFor(() => streams.open() === streamCount, { what: 'the streams are open at the other one' })
      gateways[i] = await start(port)
      await waitFor(() => balancer.ready().length === 2)
    }
    const seconds = (performance.now() - from) / 1_000
    const calls = traffic.ok() - before
    const { slowestMs, failures } = await traffic.stop()
    expect(failures).toEqual({})
    expect(streams.broken()).toBe(0)
    const { reopened } = await streams.stop()
    expect(reopened).toBeGreaterThanOrEqual(streamCount)
    return { calls, perSecond: Math.round(calls / seconds), slowestMs, reopened }
  } finally {
    await balancer.close()
    await Promise.all(gateways.map((gateway) => gateway.stop()))
    await stack.stop()
    await Promise.all([upstream.close(), plain.close(), events.close()])
  }
}

/** Streams that are opened again whenever they end, as clients do. */
function openStreams(count: number, address: string, key: string) {
  const stop = new AbortController()
  let open = 0
  let opened = 0
  let broken = 0
  const one = async () => {
    while (!stop.signal.aborted) {
      let counted = false
      try {
        const headers = { 'x-api-key': key, accept: 'text/event-stream' }
        const answer = await fetch(address, { headers, signal: stop.signal })
        if (answer.status !== 200) throw new Error(`a stream answered ${answer.status}`)
        open += 1
        opened += 1
        counted = true
        await answer.text() // rejects where it breaks off
      } catch {
        if (!stop.signal.aborted) broken += 1
      }
      if (counted) open -= 1
      if (!stop.signal.aborted) await setTimeout(20)
    }
  }
  const running = Array.from({ length: count }, one)
  return {
    open: () => open,
    broken: () => broken,
    async stop() {
      stop.abort()
      await Promise.all(running)
      return { reopened: opened - count }
    },
  }
}

// Steady writes to the registries of a cluster: each is acknowledged and stays, or refused in time.

import { setTimeout } from 'node:timers/promises'
import { waitFor } from '@gatehouse/testkit'
import { expect, onTestFinished } from 'vitest'
import type { FaultyCluster } from './faulty-cluster.ts'

let rounds = 0
/** 2 s is promised; the rest is a loaded machine's. */
const inTimeMs = 3_500

/** Creates servers at both registries, one after the other. */
export function startWriters(cluster: FaultyCluster) {
  const round = ++rounds
  const acknowledged = new Set<string>()
  const strange: unknown[] = []
  const inRow = [0, 0]
  const lastRefusal: unknown[] = []
  let refused = 0
  let slowestMs = 0
  let stopped = false

  const write = async (node: 0 | 1, count: number) => {
    const slug = `w${round}-${node}-${count}`
    const from = performance.now()
    const body = { name: slug, slug, url: `https://${slug}.example.com/mcp` }
    const { status, body: answer } = await cluster
      .ask(node, 'POST', '/v1/deepagents/mcp-servers', body)
      .catch((error: unknown) => ({ status: 0, body: `no answer: ${error}` }))
    slowestMs = Math.max(slowestMs, performance.now() - from)
    if (status === 201) {
      acknowledged.add(slug)
      lastRefusal[node] = undefined
      inRow[node] = (inRow[node] ?? 0) + 1
      return
    }
    inRow[node] = 0
    lastRefusal[node] = answer
    if (status === 503) refused += 1
    else strange.push({ status, answer })
  }
  onTestFinished(() => {
    stopped = true
  })
  const running = ([0, 1] as const).map(async (node) => {
    for (let count = 0; !stopped; count += 1) {
      await write(node, count)
      await setTimeout(50)
    }
  })

  return {
    refused: () => refused,
    async flows() {
      await waitFor(() => acknowledged.size >= 4)
    },
    async heals(deadlineMs: number) {
      inRow.fill(0)
      await waitFor(() => inRow.every((count) => count >= 2), {
        deadlineMs,
        what: 'both registries write again',
      }).catch((cause: unknown) => {
        throw new Error(`last refused: ${JSON.stringify(lastRefusal)}`, { cause })
      })
    },
    /** Expects that nothing else came, in time, and that what was acknowledged is there, read at either registry. */
    async stop() {
      stopped = true
      await Promise.all(running)
      expect(strange).toEqual([])
      expect(slowestMs).toBeLessThan(inTimeMs)
      for (const node of [0, 1] as const) {
        const { body } = await cluster.ask(node, 'GET', '/v1/deepagents/mcp-servers')
        const slugs = new Set((body as { slug: string }[]).map(({ slug }) => slug))
        expect([...acknowledged].filter((slug) => !slugs.has(slug))).toEqual([])
      }
      return { acknowledged: acknowledged.size, refused, slowestMs: Math.round(slowestMs) }
    },
  }
}

// The numbers of a whole process, whichever of its threads is asked: it asks the others and adds up.

import { BroadcastChannel } from 'node:worker_threads'
import { AggregatorRegistry, type MetricObject, type Registry } from 'prom-client'
import type { Place } from '../run.ts'

export interface SharedMetrics extends Pick<Registry, 'metrics' | 'contentType'> {
  close(): void
}

type Said =
  | { readonly kind: 'asked'; readonly by: number; readonly count: number }
  | { readonly kind: 'told'; readonly to: number; readonly count: number; readonly values: MetricObject[] }

/** A thread that is stuck is left out. */
const patienceMs = 1_000

/** @param place undefined where there are no others */
export function shareMetrics(own: Registry, place: Place | undefined): SharedMetrics {
  if (place === undefined)
    return { metrics: () => own.metrics(), contentType: own.contentType, close: () => {} }
  const { index, threads } = place
  // What is the process's is the same in all of them.
  if (index > 0)
    for (const { name } of own.getMetricsAsArray())
      if (name.startsWith('process_')) own.removeSingleMetric(name)
  /** The library leaves out some that it would not add up; of these there is one. */
  const told = async (): Promise<MetricObject[]> =>
    (await own.getMetricsAsJSON()).map((one) =>
      one.name.startsWith('process_') ? { ...one, aggregator: 'first' } : one,
    )
  const channel = new BroadcastChannel(`gatehouse metrics ${process.pid}`)
  channel.unref()
  let asked = 0
  const waiting = new Map<number, (values: MetricObject[]) => void>()

  channel.onmessage = async (event) => {
    const said = (event as { readonly data: Said }).data // nothing else is sent here
    if (said.kind === 'told') {
      if (said.to === index) waiting.get(said.count)?.(said.values)
      return
    }
    const values = await told()
    channel.postMessage({ kind: 'told', to: said.by, count: said.count, values } satisfies Said)
  }

  return {
    contentType: own.contentType,
    async metrics() {
      asked += 1
      const count = asked
      const all = [await told()]
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, patienceMs)
        waiting.set(count, (values) => {
          all.push(values)
          if (all.length < threads) return
          clearTimeout(late)
          resolve()
        })
        channel.postMessage({ kind: 'asked', by: index, count } satisfies Said)
      })
      waiting.delete(count)
      return AggregatorRegistry.aggregate(all).metrics()
    },
    close: () => channel.close(),
  }
}

// The gateway's own numbers for /metrics, read from plain counters when somebody asks. Names in docs/metrics.md.

import { Gauge } from 'prom-client'
import type { Deps } from './deps.ts'

/** Registers the gauges. */
export function registerMetrics(deps: Deps): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [deps.metrics],
      collect() {
        this.set(read())
      },
    })
  gauge('gatehouse_calls_recorded', 'Calls recorded since the start', () => deps.recorder.recorded)
  gauge('gatehouse_call_records_lost', 'Call records that found the ring full', () => deps.recorder.lost)
  gauge(
    'gatehouse_registry_revision',
    'Newest revision that this gateway acknowledged',
    () => deps.knowledge.revision,
  )
}

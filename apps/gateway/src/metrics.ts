// The gateway's own numbers for /metrics, read from plain counters when somebody asks. Documented in docs/metrics.md.

import { Counter, Gauge } from 'prom-client'
import type { Deps } from './deps.ts'

/** Registers them. */
export function registerMetrics(deps: Deps): void {
  const registers = [deps.metrics]
  new Counter({
    name: 'gatehouse_gateway_calls_total',
    help: 'Messages to /mcp/ of known callers, by how they went',
    labelNames: ['outcome'] as const,
    registers,
    collect() {
      this.reset()
      for (const [outcome, count] of deps.recorder.counts) this.inc({ outcome }, count)
    },
  })
  new Counter({
    name: 'gatehouse_gateway_call_records_lost_total',
    help: 'Call records that found the ring full or were refused',
    registers,
    collect() {
      this.reset()
      this.inc(deps.recorder.lost)
    },
  })
  new Gauge({
    name: 'gatehouse_gateway_registry_revision',
    help: 'Newest revision that this gateway knows',
    registers,
    collect() {
      this.set(deps.knowledge.revision)
    },
  })
}

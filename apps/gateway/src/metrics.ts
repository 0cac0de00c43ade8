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
  new Counter({
    name: 'gatehouse_gateway_captured_calls_lost_total',
    help: 'Calls of servers in capture mode that found no room or were refused',
    registers,
    collect() {
      this.reset()
      this.inc(deps.captures.lost)
    },
  })
  new Gauge({
    name: 'gatehouse_gateway_circuits_open',
    help: 'Servers that are left alone for now, by what failed',
    labelNames: ['kind'] as const,
    registers,
    collect() {
      for (const [kind, { open }] of Object.entries(deps.pools.circuits())) this.set({ kind }, open)
    },
  })
  new Counter({
    name: 'gatehouse_gateway_circuits_opened_total',
    help: 'How often a server was left alone, by what failed',
    labelNames: ['kind'] as const,
    registers,
    collect() {
      this.reset()
      for (const [kind, { opened }] of Object.entries(deps.pools.circuits())) this.inc({ kind }, opened)
    },
  })
  new Counter({
    name: 'gatehouse_gateway_shed_total',
    help: 'Requests that were refused because the process was overloaded',
    registers,
    collect() {
      this.reset()
      this.inc(deps.overload.shed)
    },
  })
  new Gauge({
    name: 'gatehouse_gateway_registry_revision',
    help: 'Newest revision that this gateway knows',
    aggregator: 'max',
    registers,
    collect() {
      this.set(deps.knowledge.revision)
    },
  })
}

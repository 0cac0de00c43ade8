// Whether requests should come here: the database answers, and we are not stopping.

import { readFileSync } from 'node:fs'
import type { Probed } from '@gatehouse/http-kit'
import { Gauge } from 'prom-client'
import type { Deps } from './deps.ts'

export const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** For http-kit's probes; also registers the registry's own gauges. */
export function readiness(deps: Deps, stopping: () => boolean): Probed {
  new Gauge({
    name: 'gatehouse_registry_database_up',
    help: '1 while the database answers',
    registers: [deps.metrics],
    async collect() {
      this.set((await answers(deps)) ? 1 : 0)
    },
  })
  new Gauge({
    name: 'gatehouse_registry_gateways_connected',
    help: 'Gateways with an open change stream to this process',
    registers: [deps.metrics],
    collect() {
      this.set(deps.changes.connected())
    },
  })
  return {
    version,
    metrics: deps.metrics,
    async notReady() {
      if (stopping()) return 'stopping'
      return (await answers(deps)) ? undefined : 'the database does not answer'
    },
  }
}

/** At most 2 s, whatever the database does. */
async function answers(deps: Deps): Promise<boolean> {
  const asked = deps.db
    .asSystem((tx) => deps.changes.current(tx))
    .then(
      () => true,
      () => false,
    )
  const tooLate = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), 2_000).unref()
  })
  return Promise.race([asked, tooLate])
}

// Mixed load for minutes or hours: does memory grow, are sockets or files left open?

import { readdirSync } from 'node:fs'
import { measure, rssMb } from './measure.ts'
import type { Field } from './rounds.ts'

const forms = ['/json', '/events', '/large', '/slow']
const roundS = 5

/** Memory and open files of the gateway at the end, and how fast memory grew in the second half. */
export async function soak({ contenders, core }: Field, minutes: number) {
  const gatehouse = contenders.find(({ name }) => name === 'gatehouse')
  const [pid = 0] = gatehouse?.pids ?? []
  if (gatehouse === undefined) throw new Error('the gateway is not among the contenders')
  const samples: { atS: number; mb: number }[] = []
  const until = performance.now() + minutes * 60_000
  const addresses = await Promise.all(forms.map((form) => gatehouse.address(form)))
  while (performance.now() < until) {
    for (const [index, form] of forms.entries())
      await measure(gatehouse, addresses[index] ?? '', form, { connections: 32, seconds: roundS, core })
    samples.push({ atS: performance.now() / 1_000, mb: rssMb(pid) })
    console.log(
      `${((until - performance.now()) / 60_000).toFixed(1)} minutes to go, ${rssMb(pid).toFixed(0)} MB`,
    )
  }
  return {
    gatehouse: {
      rss_mb: Math.round(rssMb(pid)),
      mb_per_hour: slope(samples.slice(Math.floor(samples.length / 2))) * 3_600,
      open_files: readdirSync(`/proc/${pid}/fd`).length,
      rounds: samples.length,
    },
  }
}

/** Of the straight line that lies nearest, in MB per second. */
function slope(samples: readonly { atS: number; mb: number }[]): number {
  const mean = (key: 'atS' | 'mb') => samples.reduce((sum, one) => sum + one[key], 0) / samples.length
  const [atS, mb] = [mean('atS'), mean('mb')]
  const up = samples.reduce((sum, one) => sum + (one.atS - atS) * (one.mb - mb), 0)
  const along = samples.reduce((sum, one) => sum + (one.atS - atS) ** 2, 0)
  return along === 0 ? 0 : up / along
}

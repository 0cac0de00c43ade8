// What a series is called on screen.

import type { UsageSeries } from '@gatehouse/registry-api'
import { plainly } from '#lib/invisible.ts'

export function seriesName({ server_id, server_slug, tool, key_id, key_name }: UsageSeries): string {
  if (key_id !== null) return plainly(key_name ?? key_id)
  const server = server_slug ?? server_id
  if (tool !== null) return `${plainly(tool)} (${server ?? 'no server'})`
  return server ?? 'No server'
}

/** Its id among the others. */
export const seriesKey = ({ server_id, tool, key_id }: UsageSeries) =>
  JSON.stringify([server_id, tool, key_id])

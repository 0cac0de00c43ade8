// PostgreSQL's LISTEN on a connection of its own, which comes back after an outage. Who hears a notice reads the database, and
// after an outage everything anew, so a lost or doubled notice does no harm.

import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'

export interface Listener {
  close(): Promise<void>
}

/** A connection that a broken wire holds does not hold the stop. */
const closeMs = 1_000

/** @param onNotice called for every notice with its channel and payload, and after every new connection without them */
export async function listen(
  config: pg.ClientConfig,
  channels: readonly string[],
  onNotice: (channel?: string, payload?: string) => void,
  onError: (error: unknown) => void,
): Promise<Listener> {
  let closed = false
  let client: pg.Client | undefined
  let retry: NodeJS.Timeout | undefined

  async function connect(): Promise<void> {
    const next = new pg.Client({ ...config, keepAlive: true, connectionTimeoutMillis: 2_000 })
    let lost = false
    const reconnect = (error?: unknown) => {
      if (lost || closed) return
      lost = true
      if (error) onError(error)
      next.end().catch(() => undefined) // it is broken already
      retry = setTimeout(() => connect().catch(() => undefined), 500)
    }
    next.on('error', reconnect)
    next.on('end', () => reconnect())
    next.on('notification', ({ channel, payload }) => onNotice(channel, payload))
    client = next
    try {
      await next.connect()
      for (const channel of channels) await next.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      reconnect(error)
      throw error
    }
    onNotice()
  }

  await connect()
  return {
    async close() {
      closed = true
      clearTimeout(retry)
      await Promise.race([client?.end(), pause(closeMs, undefined, { ref: false })])
    },
  }
}

// Opens one connection the way all requests go, and lets it be: for people who want to see how far it comes.

import type { buildConnector } from 'undici'
import { toUpstreamError } from './outcome.ts'
import { hostOf } from './policy.ts'

/** What has happened on the way: addresses known, connection open, TLS agreed. Not each happens on every way. */
export type Moment = 'looked-up' | 'connected' | 'secured'

/** @throws AppError url_not_allowed, upstream_unreachable, upstream_timeout */
export function reachBy(connector: buildConnector.connector, url: URL): Promise<void> {
  const { host, protocol, port } = url
  return new Promise((resolve, reject) => {
    connector({ hostname: hostOf(url), host, protocol, port }, (error, socket) => {
      if (error) return reject(toUpstreamError(error))
      socket.on('error', () => {}).destroy()
      resolve()
    })
  })
}

// Opens one connection the way all requests go, and lets it be: for people who want to see how far it comes.

import type { buildConnector } from 'undici'
import { toUpstreamError } from './outcome.ts'
import { hostOf } from './policy.ts'

/** What has happened on the way: addresses known, connection open, TLS agreed. Not each happens on every way. */
export type Moment = 'looked-up' | 'connected' | 'secured'

/**
 * @param connectorWith told what happens on the way
 * @param watch not called any more once this has resolved or rejected, as by a name found only after the time-out
 * @throws AppError url_not_allowed, upstream_unreachable, upstream_timeout
 */
export function reachBy(
  connectorWith: (watch: (moment: Moment) => void) => buildConnector.connector,
  url: URL,
  watch: (moment: Moment) => void,
): Promise<void> {
  const { host, protocol, port } = url
  let isOver = false
  const connector = connectorWith((moment) => {
    if (!isOver) watch(moment)
  })
  return new Promise<void>((resolve, reject) => {
    connector({ hostname: hostOf(url), host, protocol, port }, (error, socket) => {
      if (error) return reject(toUpstreamError(error))
      socket.on('error', () => {}).destroy()
      resolve()
    })
  }).finally(() => {
    isOver = true
  })
}

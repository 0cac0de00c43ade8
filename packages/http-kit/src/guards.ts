// What is checked on every address before anything else: Host (421), then Origin (403).

import type { IncomingMessage } from 'node:http'
import { AppError } from '@gatehouse/errors'

export interface Allowed {
  /** Lower-case `host[:port]` values that the Host header may have. */
  readonly hosts: ReadonlySet<string>
  /** Origins (`https://host[:port]`) that browsers may call from. */
  readonly origins: ReadonlySet<string>
}

/**
 * The allow-lists: the public URL, loopback names while bound to loopback, and what the operator added.
 * @param port the port that the server is bound to
 */
export function allowed(options: {
  publicUrls: readonly string[]
  loopback: boolean
  port: number
  hosts: readonly string[]
  origins: readonly string[]
}): Allowed {
  const urls = options.publicUrls.map((url) => new URL(url))
  const local = options.loopback
    ? ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${options.port}`)
    : []
  return {
    hosts: new Set(
      [...urls.map((url) => url.host), ...local, ...options.hosts].map((name) => name.toLowerCase()),
    ),
    origins: new Set([
      ...urls.map((url) => url.origin),
      ...local.map((name) => `http://${name}`),
      ...options.origins,
    ]),
  }
}

/** @throws AppError misdirected_request or origin_forbidden */
export function checkHostAndOrigin(request: IncomingMessage, list: Allowed): void {
  const host = request.headers.host?.toLowerCase()
  if (host === undefined || !list.hosts.has(host)) {
    throw new AppError('misdirected_request', {
      todo: 'Use the configured public address, or add the name to GATEHOUSE_ALLOWED_HOSTS',
    })
  }
  const origin = request.headers.origin
  if (origin !== undefined && !list.origins.has(origin)) throw new AppError('origin_forbidden')
}

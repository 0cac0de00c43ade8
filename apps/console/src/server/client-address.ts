// Who asks, for the registry, which counts attempts to sign in by address.

import { isIP } from 'node:net'
import type { Allow } from '@gatehouse/egress'

/**
 * The nearest address that is no proxy of ours. Each proxy appends the address that it saw, so what stands left of the first
 * stranger is the stranger's own claim.
 * @param remote the connection's other end
 * @param forwardedFor the request's X-Forwarded-For
 */
export function clientAddress(remote: string, forwardedFor: string | undefined, trusted: Allow): string {
  let client = remote
  for (const hop of (forwardedFor ?? '').split(',').reverse()) {
    const address = hop.trim()
    if (!trusted.has(client) || isIP(address) === 0) break
    client = address
  }
  return client
}

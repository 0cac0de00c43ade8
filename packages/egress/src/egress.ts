// The only way out of this system (trust.md, rule 8). `upstream…` and `fetch` are for every URL that a user or a server
// supplied; `internalClient` is for fixed origins from configuration.

import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { parseAllow } from './allow.ts'
import { guardedConnector, type Lookup, lookupAll } from './connector.ts'
import { type FetchInit, fetchOnce } from './fetch.ts'
import { createPolicy, type Policy } from './policy.ts'
import { createTunnel } from './proxy.ts'
import { type Moment, reachBy } from './reach.ts'
import { Pool } from './undici.js'

export interface EgressSettings {
  /** What may be reached beyond the public internet; see parseAllow. */
  readonly allow: readonly string[]
  /** URL of an HTTP proxy that opens tunnels, secret as it may carry a login; hosts in `allow` are reached directly. */
  readonly proxy?: { reveal(): string } | undefined
  /** PEM file with certificate authorities to trust besides the usual ones. */
  readonly caFile?: string | undefined
  /** Where this installation listens and is published. */
  readonly ownOrigins?: readonly string[] | undefined
}

/** Replaced in tests only. */
export interface EgressParts {
  readonly lookup?: Lookup
  readonly policy?: Policy
}

export type UpstreamPoolOptions = Omit<Pool.Options, 'connect' | 'allowH2' | 'socketPath' | 'factory'>

export interface Egress {
  /** The parsed URL of an upstream. @throws AppError url_not_allowed with the reason */
  checkUrl(url: string): URL
  /** A pool to one upstream over guarded connections; the caller destroys it. @throws AppError url_not_allowed */
  upstreamPool(origin: string, options?: UpstreamPoolOptions): Pool
  /** One request to an upstream; shape of the platform's fetch, so that libraries can be given it. */
  fetch(url: string | URL, init?: FetchInit): Promise<Response>
  /** Opens one connection to an upstream and lets it be. @throws AppError url_not_allowed, upstream_unreachable, upstream_timeout */
  reach(url: string, watch: (moment: Moment) => void): Promise<void>
  /** A pool to a fixed origin from configuration, never from data. */
  internalClient(origin: string, options?: UpstreamPoolOptions): Pool
}

/** @throws Error with one sentence where a setting is wrong */
export function createEgress(settings: EgressSettings, parts: EgressParts = {}): Egress {
  const policy = parts.policy ?? createPolicy(parseAllow(settings.allow), settings.ownOrigins)
  const ca = settings.caFile ? [...rootCertificates, readAuthorities(settings.caFile)] : undefined
  const tunnel = settings.proxy ? createTunnel(settings.proxy.reveal(), ca) : undefined
  const lookup = parts.lookup ?? lookupAll

  const upstreamPool: Egress['upstreamPool'] = (origin, options = {}) => {
    const connect = guardedConnector({ policy, lookup, tunnel, ca }, options.connectTimeout ?? 5_000)
    return new Pool(policy.checkUrl(origin).origin, { ...options, connect, allowH2: false })
  }

  return {
    checkUrl: policy.checkUrl,
    upstreamPool,
    async fetch(url, init = {}) {
      const checked = policy.checkUrl(String(url))
      return fetchOnce(upstreamPool(checked.origin, { connections: 1 }), checked, init)
    },
    async reach(url, watch) {
      const over = (watch: (moment: Moment) => void) =>
        guardedConnector({ policy, lookup, tunnel, ca, watch }, 5_000)
      await reachBy(over, policy.checkUrl(url), watch)
    },
    internalClient: (origin, options = {}) =>
      new Pool(origin, { ...options, connect: ca ? { ca } : {}, allowH2: false }),
  }
}

function readAuthorities(file: string): string {
  try {
    const text = readFileSync(file, 'utf8')
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  } catch (cause) {
    throw new Error(`The file of certificate authorities can not be read: ${(cause as Error).message}`, {
      cause,
    })
  }
  throw new Error(`The file of certificate authorities holds no PEM certificate: ${file}`)
}

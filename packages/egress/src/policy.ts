// Decides about URLs before anything is looked up, and about addresses after it was. connector.ts enforces the second.

import { isIP } from 'node:net'
import { AppError } from '@gatehouse/errors'
import { isGlobal, isThisMachine } from './addresses.ts'
import type { Allow } from './allow.ts'

export interface Policy {
  /** The parsed URL. @throws AppError url_not_allowed with the reason */
  checkUrl(text: string): URL
  /** Judges one address that `host` stands for. @throws AppError url_not_allowed with the reason */
  checkAddress(host: string, address: string, port: number): void
  /** True where the operator named this host or its network: plain http and a direct connection are fine. */
  isAllowed(host: string): boolean
}

/** @param ownOrigins where we ourselves listen or are published: never an upstream */
export function createPolicy(allow: Allow, ownOrigins: readonly string[] = []): Policy {
  // port 0 is the one that a test hasn't been given yet
  const own = ownOrigins.map((origin) => new URL(origin)).filter((url) => url.port !== '0')
  const ownPorts = new Set(own.filter((url) => isThisMachine(hostOf(url))).map(portOf))

  return {
    isAllowed: (host) => allow.has(host),

    checkUrl(text) {
      const url = parse(text)
      const host = hostOf(url)
      if (own.some((origin) => origin.origin === url.origin)) throw refuse('it is an address of this gateway')
      if (isThisMachine(host) && ownPorts.has(portOf(url))) throw refuse('it is an address of this gateway')
      if (url.protocol === 'http:' && !allow.has(host)) {
        throw refuse('plain http is used for hosts that the operator allows by GATEHOUSE_EGRESS_ALLOW only')
      }
      if (isIP(host) && !isGlobal(host) && !allow.has(host)) {
        throw refuse(`${host} is not an address of the public internet`)
      }
      return url
    },

    checkAddress(host, address, port) {
      if (isThisMachine(address) && ownPorts.has(port)) throw refuse('it is an address of this gateway')
      if (isGlobal(address) || allow.has(address) || allow.has(host)) return
      // The address itself stays out: a caller must not learn what an internal name resolves to.
      throw refuse(`${host} does not lead to the public internet`)
    },
  }
}

/** Host name in lower case, an address without brackets. */
export const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '')

/** The port that is connected to. */
export const portOf = (url: URL) => Number(url.port) || (url.protocol === 'https:' ? 443 : 80)

export const refuse = (what: string) => new AppError('url_not_allowed', { what })

function parse(text: string): URL {
  // The WHATWG parser silently drops or rewrites these; then the text on screen is not the URL that is called.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\s\\\u0000-\u0020\u007f]/.test(text) || !URL.canParse(text)) throw refuse('it is not a valid URL')
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refuse(`the scheme ${url.protocol} is not https`)
  if (/^[^/]*\/*[^/?#]*@/.test(text)) throw refuse('it contains user info')
  if (text.includes('#')) throw refuse('it contains a fragment')
  if (url.port === '0') throw refuse('port 0 can not be connected to')
  return url
}

// Opens the sockets of upstream pools: checks a literal, checks every answer of the one look-up, checks the peer.
// undici calls `lookup` for names only, so a literal has to be checked before. proxy.ts takes over where a proxy is set.

import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import { type Policy, refuse } from './policy.ts'
import type { Tunnel } from './proxy.ts'
import type { Moment } from './reach.ts'
import { buildConnector } from './undici.js'

/** All addresses of a name; the system's by default, replaced in tests. */
export type Lookup = (name: string) => Promise<LookupAddress[]>

export interface ConnectorParts {
  readonly policy: Policy
  readonly lookup: Lookup
  readonly tunnel: Tunnel | undefined
  readonly ca: readonly string[] | undefined
  /** Told what has happened on the way, in order. */
  readonly watch?: (moment: Moment) => void
}

/** A connector for undici; TLS is verified for the host of the URL, whatever Host header a request carries. */
export function guardedConnector(parts: ConnectorParts, timeoutMs: number): buildConnector.connector {
  const { policy, tunnel, watch = () => {} } = parts
  const tls = { allowH2: false, timeout: timeoutMs, ...(parts.ca ? { ca: [...parts.ca] } : {}) }

  return (options, callback) => {
    // Without `servername`, which undici takes from the Host header of a request.
    const { hostname, host, protocol } = options
    const port = Number(options.port) || (protocol === 'https:' ? 443 : 80)
    const target = { hostname, protocol, port: String(port), ...(host === undefined ? {} : { host }) }
    try {
      if (isIP(hostname)) policy.checkAddress(hostname, hostname, port)
      if (protocol !== 'https:' && !policy.isAllowed(hostname))
        throw refuse('plain http is not allowed there')
    } catch (refusal) {
      callback(refusal as Error, null) // checkAddress and refuse make nothing but AppErrors
      return
    }
    if (tunnel && !policy.isAllowed(hostname)) {
      tunnel(`${host && isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port}`, timeoutMs)
        .then((httpSocket) => {
          watch('connected')
          buildConnector(tls)({ ...target, httpSocket }, (error, socket) => {
            if (error) return callback(error, null)
            watch('secured')
            callback(null, socket)
          })
        })
        .catch((error: Error) => callback(error, null))
      return
    }
    const lookup = checkedLookup(parts, port)
    const opened = buildConnector({ ...tls, lookup })(target, (error, socket) => {
      if (error) return callback(error, null)
      try {
        policy.checkAddress(hostname, socket.remoteAddress ?? '', port)
      } catch (refusal) {
        socket.destroy()
        return callback(refusal as Error, null)
      }
      if (protocol === 'https:') watch('secured')
      callback(null, socket)
    })
    // undici gives the socket that it opens, which its type doesn't tell; TLS comes after this event
    ;(opened as unknown as Socket).once('connect', () => watch('connected'))
  }
}

/** Resolves once, and gives Node nothing but answers that were all checked. */
function checkedLookup({ policy, lookup, watch = () => {} }: ConnectorParts, port: number): LookupFunction {
  return (name, options, callback) => {
    lookup(name).then(
      (answers) => {
        try {
          for (const { address } of answers) policy.checkAddress(name, address, port)
        } catch (refusal) {
          return callback(refusal as Error, '', 0)
        }
        const [first] = answers
        if (!first) return callback(new Error(`no address for ${name}`), '', 0)
        watch('looked-up')
        if (options.all) callback(null, answers)
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    )
  }
}

/** Every address that the operating system knows for a name, in its order. */
export const lookupAll: Lookup = (name) =>
  new Promise((resolve, reject) => {
    systemLookup(name, { all: true }, (error, answers) => (error ? reject(error) : resolve(answers)))
  })

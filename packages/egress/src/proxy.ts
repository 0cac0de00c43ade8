// Tunnels through the operator's egress proxy, which then decides about addresses. connector.ts puts TLS on top.

import type { Socket } from 'node:net'
import { Pool } from './undici.js'

/** @param authority host:port to reach. @returns a connected socket @throws Error where the proxy refuses */
export type Tunnel = (authority: string, timeoutMs: number) => Promise<Socket>

/** @param proxy http or https URL; user info becomes Proxy-Authorization */
export function createTunnel(proxy: string, ca: readonly string[] | undefined): Tunnel {
  const url = new URL(proxy)
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  const headers: Record<string, string> = url.username
    ? { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }
    : {}
  const pool = new Pool(url.origin, { allowH2: false, connect: ca ? { ca: [...ca] } : {} })

  return async (authority, timeoutMs) => {
    const answer = await pool
      .connect({
        path: authority,
        headers: { ...headers, host: authority },
        signal: AbortSignal.timeout(timeoutMs),
      })
      .catch((cause: Error) => {
        if (cause.name === 'TimeoutError') throw cause
        // undici takes a bare UND_ERR_SOCKET for a lost connection of the upstream and connects again, for ever
        throw new Error('the egress proxy can not be reached', { cause })
      })
    if (answer.statusCode === 200) return answer.socket as Socket // undici hands over the TCP or TLS socket itself
    answer.socket.on('error', () => {}).destroy()
    throw new Error(`the egress proxy answered CONNECT with ${answer.statusCode}`)
  }
}

// What the operator allows beyond the public internet: networks, addresses, host names. Environment only (trust.md, rule 8).

import { BlockList, isIP } from 'node:net'
import { inNetworks } from './addresses.ts'

export interface Allow {
  /** @param host lower case, an address without brackets */
  has(host: string): boolean
}

/**
 * Reads entries such as `10.0.0.0/8`, `::1`, `localhost`, `*.internal.example` (every name below it, not itself).
 * @throws Error with one sentence that names the first wrong entry
 */
export function parseAllow(entries: readonly string[]): Allow {
  const networks = new BlockList()
  const names = new Set<string>()
  const suffixes: string[] = []
  for (const entry of entries) {
    const text = entry.toLowerCase()
    if (text.includes('/')) addNetwork(networks, text)
    else if (isIP(text) && !text.includes('%')) networks.addAddress(text, isIP(text) === 4 ? 'ipv4' : 'ipv6')
    else if (isName(text)) names.add(text)
    else if (text.startsWith('*.') && isName(text.slice(2))) suffixes.push(text.slice(1))
    else throw wrong(entry)
  }
  return {
    has(host) {
      if (isIP(host)) return inNetworks(networks, host)
      const name = host.replace(/\.$/, '')
      return names.has(name) || suffixes.some((suffix) => name.endsWith(suffix) && name !== suffix)
    },
  }
}

function addNetwork(networks: BlockList, text: string): void {
  const [address = '', bits = '', more] = text.split('/')
  const family = isIP(address)
  const fine =
    family && !address.includes('%') && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
  if (!fine || more !== undefined) throw wrong(text)
  networks.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6')
}

// A last label of digits would be an address to a URL parser ("10.1", "0x7f.1"), never a name.
const isName = (text: string) =>
  text.length <= 253 &&
  /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(text) &&
  !/(^|\.)(\d+|0x[0-9a-f]*)$/.test(text)

const wrong = (entry: string) =>
  new Error(
    `'${entry}' is not a network, an address or a host name; write for example 10.0.0.0/8, 192.168.1.5, mcp.internal or *.internal.example`,
  )

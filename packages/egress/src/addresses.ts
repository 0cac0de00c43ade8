// Which addresses are ordinary hosts of the public internet. policy.ts asks here for everything the operator didn't allow.

import { BlockList, isIP } from 'node:net'

// https://www.iana.org/assignments/iana-ipv4-special-registry, plus the address at which Azure serves its hosts.
const special4 = networks(
  'ipv4',
  `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
   192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
   168.63.129.16/32`,
)

// Only 2000::/3 is global unicast: that leaves out ::/96, mapped, NAT64, site-local, link-local, unique local, multicast.
const global6 = networks('ipv6', '2000::/3')

// Protocol assignments with Teredo and ORCHID, documentation, 6to4: inside 2000::/3, and still no ordinary hosts.
const special6 = networks('ipv6', '2001::/23 2001:db8::/32 2002::/16 3fff::/20')

/** True for an address literal (without brackets) that is a global unicast address; false for anything else. */
export function isGlobal(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !special4.check(address, 'ipv4')
  if (family !== 6 || address.includes('%')) return false
  return global6.check(address, 'ipv6') && !special6.check(address, 'ipv6')
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addSubnet('0.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
loopback.addAddress('::', 'ipv6')

/** True for a name or an address literal that leads to this machine. */
export function isThisMachine(host: string): boolean {
  if (/^(.*\.)?localhost\.?$/.test(host)) return true
  return inNetworks(loopback, host)
}

/** Membership of an address literal; an IPv4 address mapped into IPv6 counts as the IPv4 address that it is. */
export function inNetworks(list: BlockList, address: string): boolean {
  const family = isIP(address)
  if (family === 0 || address.includes('%')) return false
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

function networks(family: 'ipv4' | 'ipv6', text: string): BlockList {
  const list = new BlockList()
  for (const network of text.split(/\s+/)) {
    const [address = '', bits] = network.split('/')
    list.addSubnet(address, Number(bits), family)
  }
  return list
}

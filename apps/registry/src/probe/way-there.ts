// The first steps of a probe: the name, the connection, TLS.

import { isIP } from 'node:net'
import { toAppError } from '@gatehouse/errors'
import type { Deps } from '../deps.ts'
import type { Steps } from './steps.ts'

/** @returns whether a connection could be opened */
export async function tryWay(deps: Pick<Deps, 'egress'>, url: URL, steps: Steps): Promise<boolean> {
  const { hostname, protocol, port } = url
  const isSecure = protocol === 'https:'
  if (isIP(hostname.replace(/^\[|\]$/g, ''))) {
    steps.skip('name', 'The URL has an address instead of a name')
    steps.begin('connection')
  } else steps.begin('name')
  try {
    await deps.egress.reach(url.href, (moment) => {
      if (moment === 'looked-up') {
        steps.end('done', `${hostname} is known`)
        steps.begin('connection')
      } else if (moment === 'connected') {
        if (steps.current === 'name') {
          steps.end('skipped', 'The egress proxy looks it up')
          steps.begin('connection')
        }
        steps.end('done', `Open on port ${port || (isSecure ? 443 : 80)}`)
        if (isSecure) steps.begin('tls')
      } else steps.end('done', 'Its certificate is good')
    })
  } catch (thrown) {
    steps.fail(toAppError(thrown))
    return false
  }
  if (!isSecure) steps.skip('tls', 'Plain http, which the operator allows for this host')
  return true
}

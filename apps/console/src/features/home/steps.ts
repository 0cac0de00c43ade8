// The first steps, and what says that each is done.

import type { ApiKey } from '@gatehouse/registry-api'

export interface Step {
  readonly name: string
  readonly done: boolean
  /** The screen where it is done, below the workspace. */
  readonly path?: string
}

/** undefined: not known (yet), so not done. */
export interface Known {
  readonly servers: number | undefined
  /** Servers that answer calls. */
  readonly healthy: number
  readonly keys: readonly Pick<ApiKey, 'last_used_at'>[] | undefined
  readonly calls: number | undefined
}

export function stepsOf({ servers = 0, healthy, keys = [], calls = 0 }: Known): Step[] {
  // A call can't be made without a key, also where the key is somebody else's or gone.
  const called = calls > 0
  return [
    { name: 'Register a server', done: servers > 0, path: '/servers/register' },
    { name: 'See a server healthy', done: healthy > 0 || called, path: '/servers' },
    { name: 'Create an API key', done: keys.length > 0 || called, path: '/keys?create=true' },
    {
      name: 'Connect a client',
      path: '/connect-client',
      done: keys.some((key) => key.last_used_at !== null) || called,
    },
    { name: 'Call a tool', done: called, path: '/playground' },
  ]
}

// How calls to a server prove who they are, in words.

import type { Server } from '@gatehouse/registry-api'

export function authWords({ auth_type, headers }: Pick<Server, 'auth_type' | 'headers'>): string {
  if (auth_type === 'oauth') return 'OAuth'
  if (headers === undefined) return 'Not shown to you'
  if (headers.length === 0) return 'None'
  return headers.length === 1 ? '1 stored header' : `${headers.length} stored headers`
}

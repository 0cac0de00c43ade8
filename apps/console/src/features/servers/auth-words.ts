// How calls to a server prove who they are, in words.

import type { Server } from '@gatehouse/registry-api'

export function authWords({ auth_type, oauth_mode, headers }: Server): string {
  if (auth_type === 'oauth')
    return oauth_mode === 'legacy_shared_provider'
      ? 'OAuth, one account for all'
      : 'OAuth, each person their own'
  if (headers === undefined) return 'Not shown to you'
  if (headers.length === 0) return 'None'
  return headers.length === 1 ? '1 stored header' : `${headers.length} stored headers`
}

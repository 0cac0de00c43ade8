// How calls to a server prove who they are, in words.

import type { Server } from '@gatehouse/registry-api'

export function authWords({ auth_type, oauth_mode, oauth_provider_id, headers }: Server): string {
  if (auth_type === 'oauth' && oauth_mode !== 'legacy_shared_provider') return 'OAuth, each person their own'
  if (auth_type === 'oauth')
    return oauth_provider_id === null ? 'OAuth, but its shared provider is gone' : 'OAuth, a shared provider'
  if (headers === undefined) return 'Not shown to you'
  if (headers.length === 0) return 'None'
  return headers.length === 1 ? '1 stored header' : `${headers.length} stored headers`
}

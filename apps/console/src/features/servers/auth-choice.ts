// The kinds of authentication that a person chooses from, as the registry has them.

import type { Server, UpdateServer } from '@gatehouse/registry-api'

export type Auth = 'headers' | 'oauth' | 'shared'

/** A value of the field; what is none of them is `headers`. */
export const authOf = (value: string): Auth => (value === 'oauth' || value === 'shared' ? value : 'headers')

/** What a server has. */
export function authOfServer({ auth_type, oauth_mode }: Pick<Server, 'auth_type' | 'oauth_mode'>): Auth {
  if (auth_type !== 'oauth') return 'headers'
  return oauth_mode === 'per_user_dynamic_client' ? 'oauth' : 'shared'
}

type Members = Pick<UpdateServer, 'auth_type' | 'oauth_mode' | 'oauth_provider_id'>

/** The members of a request that make a server so, whatever it was before. */
export function authMembers(auth: Auth, providerId: string): Members {
  if (auth === 'headers') return { auth_type: null, oauth_mode: null, oauth_provider_id: null }
  if (auth === 'oauth')
    return { auth_type: 'oauth', oauth_mode: 'per_user_dynamic_client', oauth_provider_id: null }
  return { auth_type: 'oauth', oauth_mode: 'legacy_shared_provider', oauth_provider_id: providerId }
}

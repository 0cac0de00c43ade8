// What an OAuth provider is, and whom it is for, in words.

import type { Connection, OAuthProvider } from '@gatehouse/registry-api'

export const kindWords: Readonly<Record<OAuthProvider['kind'], string>> = {
  manual: 'Entered by hand',
  dynamic: 'Registered by itself',
  'metadata-document': 'Known by our address',
}

/** Whom it is for; another person's name is known from their connections only. */
export function forWhom(
  { id, owner_id, server_id }: Pick<OAuthProvider, 'id' | 'owner_id' | 'server_id'>,
  connections: readonly Connection[],
  userId: string | undefined,
): string {
  if (owner_id === null) return server_id === null ? 'Everybody' : 'Services'
  if (owner_id === userId) return 'You'
  return connections.find((one) => one.provider_id === id && one.owner)?.owner?.name || 'Another person'
}

/** Those whose name, authorization server or client id contains every word of `search`. */
export function findProviders(providers: readonly OAuthProvider[], search: string): OAuthProvider[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return providers.filter(({ name, issuer, client_id }) => {
    const text = `${name} ${issuer} ${client_id}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

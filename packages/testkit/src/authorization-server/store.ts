// Where the authorization server keeps clients, grants and tokens: in memory, one per server. provider.ts uses it.

import type { Adapter, AdapterPayload } from 'oidc-provider'

/** What oidc-provider calls its models. */
export type Kind = 'AccessToken' | 'RefreshToken' | 'ClientCredentials' | 'Client' | 'Grant' | 'Session'

export function createStore() {
  const rows = new Map<string, AdapterPayload>() // `kind id`; the provider looks at what has expired itself

  const all = (kind: string) => [...rows].filter(([key]) => key.startsWith(`${kind} `))

  const adapter = (kind: string): Adapter => {
    const first = (matches: (row: AdapterPayload) => boolean) =>
      Promise.resolve(all(kind).find(([, row]) => matches(row))?.[1])
    return {
      async upsert(id, row) {
        rows.set(`${kind} ${id}`, row)
      },
      find: async (id) => rows.get(`${kind} ${id}`),
      findByUid: (uid) => first((row) => row.uid === uid),
      findByUserCode: (code) => first((row) => row.userCode === code),
      async consume(id) {
        const row = rows.get(`${kind} ${id}`)
        if (row) row.consumed = Math.floor(Date.now() / 1000)
      },
      async destroy(id) {
        rows.delete(`${kind} ${id}`)
      },
      async revokeByGrantId(grantId) {
        for (const [key, row] of all(kind)) if (row.grantId === grantId) rows.delete(key)
      },
    }
  }

  return {
    adapter,
    /** Forgets every row of these kinds. */
    forget(...kinds: Kind[]) {
      for (const kind of kinds) for (const [key] of all(kind)) rows.delete(key)
    },
  }
}

export type Store = ReturnType<typeof createStore>

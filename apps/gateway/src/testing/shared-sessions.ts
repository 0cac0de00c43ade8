// What the internal listener of tests knows of sessions at servers: the registry's rules, kept in memory.

import * as contract from '@gatehouse/registry-api/internal'

interface Row {
  id: string
  readonly generation: string
  readonly place: contract.SessionPlace
  openingUntil: number
  session: contract.UpstreamSession | undefined
  readonly gateways: Set<string>
  usedAt: number
}

interface Parts {
  readonly revision: () => number
  readonly server: (
    id: string,
  ) =>
    | { readonly id: string; readonly slug: string; readonly url: string; readonly generation: string }
    | undefined
}

type Answer = (body: unknown) => { status?: number; body?: unknown }

export function sharedSessions({ revision, server }: Parts): Record<string, Answer> {
  const rows = new Map<string, Row>()
  const keyOf = ({ workspace_id, key_id, server_id, variant }: contract.SessionPlace) =>
    [workspace_id, key_id, server_id, variant].join(' ')

  const toEnd = (row: Row): contract.CollectedSession[] => {
    const at = server(row.place.server_id)
    const id = row.session?.session_id
    if (at?.url !== row.session?.url || at?.generation !== row.generation || id == null) return []
    const { workspace_id, key_id } = row.place
    const { slug, url, generation: credential_generation } = at
    const protocol_version = row.session?.protocol_version ?? ''
    return [
      {
        workspace_id,
        key_id,
        id: row.id,
        server: { id: at.id, slug, url, credential_generation },
        session_id: id,
        protocol_version,
      },
    ]
  }

  return {
    '/internal/upstream-sessions/open': (body) => {
      const { gateway_id, claim, generation, ...place } = contract.openSessionRequest.parse(body)
      if (server(place.server_id)?.generation !== generation) return { status: 404 }
      const row = rows.get(keyOf(place))
      if (row?.session !== undefined) {
        row.gateways.add(gateway_id)
        row.usedAt = Date.now()
        return { body: { state: 'open', id: row.id, session: row.session } }
      }
      if (row !== undefined && row.id !== claim && row.openingUntil > Date.now())
        return { body: { state: 'opening' } }
      const openingUntil = Date.now() + 5_000
      const fresh = { id: claim, generation, place, openingUntil, session: undefined, usedAt: Date.now() }
      rows.set(keyOf(place), { ...fresh, gateways: new Set() })
      return { body: { state: 'yours' } }
    },
    '/internal/upstream-sessions/put': (body) => {
      const { gateway_id, claim, session, ...place } = contract.putSessionRequest.parse(body)
      const row = rows.get(keyOf(place))
      const kept = row?.id === claim && row.session === undefined
      if (kept) {
        row.session = session
        row.gateways.add(gateway_id)
      }
      return { body: { kept } }
    },
    '/internal/upstream-sessions/forget': (body) => {
      const { id, ...place } = contract.forgetSessionRequest.parse(body)
      if (rows.get(keyOf(place))?.id === id) rows.delete(keyOf(place))
      return { status: 204 }
    },
    '/internal/upstream-sessions/collect': (body) => {
      const ask = contract.collectSessionsRequest.parse(body)
      const ended: Row[] = []
      for (const [key, row] of rows) {
        const alone = 'leaving' in ask && row.gateways.delete(ask.gateway_id) && row.gateways.size === 0
        const done = 'leaving' in ask ? alone : row.usedAt < Date.now() - ask.idle_ms
        if (done && rows.delete(key)) ended.push(row)
      }
      return { body: { revision: revision(), sessions: ended.flatMap(toEnd) } }
    },
  }
}

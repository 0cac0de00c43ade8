// What the internal listener of tests knows of clients' sessions: the registry's rules, kept in memory.

import * as contract from '@gatehouse/registry-api/internal'

interface Parts {
  readonly revision: () => number
  readonly changed: (digest: string, workspaceId: string) => void
}

export function sharedNotes({
  revision,
  changed,
}: Parts): Record<string, (body: unknown) => { body: unknown }> {
  const rows = new Map<string, Pick<contract.NotesAnswer, 'version' | 'notes'>>()
  const none = { version: 0, notes: { subscriptions: [] } }
  return {
    '/internal/session-notes/read': (body) => {
      const { workspace_id, digest } = contract.readNotesRequest.parse(body)
      return { body: { revision: revision(), ...(rows.get(`${workspace_id} ${digest}`) ?? none) } }
    },
    '/internal/session-notes/change': (body) => {
      const { workspace_id, digest, version, notes } = contract.changeNotesRequest.parse(body)
      const key = `${workspace_id} ${digest}`
      const kept = (rows.get(key) ?? none).version === version
      if (kept) {
        rows.set(key, { version: version + 1, notes })
        changed(digest, workspace_id)
      }
      return { body: { kept } }
    },
  }
}

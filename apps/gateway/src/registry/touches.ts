// Whether a change takes something away, or gives something else, to what a caller has at a server.

import type { ChangeEvent, ResolvedCaller, ResolvedServer } from '@gatehouse/registry-api/internal'

interface Having {
  readonly caller: Pick<ResolvedCaller, 'workspace_id' | 'key_id' | 'user_id'>
  readonly server: Pick<ResolvedServer, 'id' | 'auth_type'>
}

export function touches(event: ChangeEvent, { caller, server }: Having): boolean {
  const { workspace_id, subject, subject_id } = event
  if (caller.workspace_id !== workspace_id) return false
  switch (subject) {
    case 'server':
      return server.id === subject_id
    case 'api-key':
      return caller.key_id === subject_id
    case 'membership':
      return caller.user_id === subject_id
    case 'connection':
      return server.auth_type === 'oauth' && (caller.user_id === subject_id || server.id === subject_id)
    default:
      return false
  }
}

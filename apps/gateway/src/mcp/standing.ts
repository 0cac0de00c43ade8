// A stream stays open as long as what it was opened by holds: key, server and credential. When a change takes one of them away, it
// ends before that change is acknowledged; and with the gateway's lease, past which nobody knows whether it holds.

import { toAppError } from '@gatehouse/errors'
import type { ChangeEvent } from '@gatehouse/registry-api/internal'
import type { Deps } from '../deps.ts'
import { touches } from '../registry/touches.ts'
import type { Stream } from './bridge/legacy-client/streams.ts'
import type { Bearer } from './session-token.ts'

/** Such a stream; what its session subscribes to is nothing to it. */
export const standing = (
  deps: Pick<Deps, 'knowledge' | 'lease'>,
  bearer: Bearer,
  end: () => void,
): Stream => ({
  expiresAtMs: bearer.caller.expires_at_ms,
  subscriptionsChanged() {},
  sessionEnded: end,
  async changed(event) {
    if (event !== undefined && !touches(event, bearer) && !mayBeService(event, bearer)) return
    await deps.knowledge.credentials(bearer.caller, bearer.server).catch((thrown) => {
      if (toAppError(thrown).code !== 'registry_unreachable' || !deps.lease.holds()) end()
    })
  },
})

/** What several services share is changed under a name of its own. */
const mayBeService = ({ subject, workspace_id }: ChangeEvent, { caller }: Bearer) =>
  subject === 'connection' && caller.user_id === null && workspace_id === caller.workspace_id

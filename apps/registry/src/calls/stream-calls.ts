// Calls as they are recorded, as server-sent events. The credential is looked at again with every beat, so that a stream does
// not outlive a key, a session or a role.

import type { Request, Response } from 'express'
import { type Actor, type Call, requirePermission } from '../actor.ts'
import { authenticate } from '../authenticate.ts'
import type { Deps } from '../deps.ts'
import { openEventStream } from '../event-stream.ts'
import { type CallFilter, passes } from './filter.ts'
import { isVisible, ownKeyIds } from './visible.ts'

const beatMs = 5_000

/** A record may come twice, when a gateway repeated its batch: ids tell. */
export async function streamCalls(
  deps: Deps,
  call: Call,
  filter: CallFilter,
  req: Request,
  res: Response,
): Promise<void> {
  const { workspaceId } = call.actor
  const look = async (actor: Actor) => ({
    actor,
    own: await deps.db.inWorkspace(workspaceId, (tx) => ownKeyIds(tx, actor)),
  })
  let seen = await look(call.actor)
  const stop = deps.calls.watch(workspaceId, {
    call(record) {
      if (isVisible(record, seen.actor, seen.own) && passes(record, filter)) stream.send('call', record)
    },
    gap: () => stream.end(),
  })
  const stream = openEventStream(deps.streams, res, {
    beatMs,
    onClose: stop,
    beat: async () => {
      const actor = await authenticate(deps, req)
      requirePermission(actor, 'calls:own')
      seen = await look(actor)
    },
  })
}

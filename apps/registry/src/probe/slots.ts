// How many servers are tried at once: a try lasts up to half a minute and opens connections to wherever it is told.

import { AppError } from '@gatehouse/errors'
import type { Actor } from '../actor.ts'

const most = { person: 4, workspace: 16 }
const retryAfterS = 5

export interface ProbeSlots {
  /**
   * Returns what gives it back.
   * @throws AppError rate_limited
   */
  take(actor: Pick<Actor, 'id' | 'workspaceId'>): () => void
}

/** Of one process. */
export function createProbeSlots(): ProbeSlots {
  const running = new Map<string, number>()
  const count = (name: string, by: number) => {
    const now = (running.get(name) ?? 0) + by
    if (now === 0) running.delete(name)
    else running.set(name, now)
  }
  return {
    take({ id, workspaceId }) {
      const [person, workspace] = [`${workspaceId} ${id}`, workspaceId]
      const isYours = (running.get(person) ?? 0) >= most.person
      if (isYours || (running.get(workspace) ?? 0) >= most.workspace)
        throw new AppError('rate_limited', {
          todo: 'Wait a few seconds and try again',
          what: isYours
            ? `${most.person} of your tests of servers run already`
            : `${most.workspace} tests of servers run already in this workspace`,
          retryAfterS,
        })
      for (const name of [person, workspace]) count(name, 1)
      return () => {
        for (const name of [person, workspace]) count(name, -1)
      }
    },
  }
}

// The server as this caller meets it: with the account that is connected there, where the server wants one. What is kept of it
// (sockets, sessions, lists) then belongs to that connection.

import { AppError } from '@gatehouse/errors'
import type { ResolvedCaller, ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Deps } from '../deps.ts'
import type { Server } from '../registry/knowledge.ts'
import { accountOf } from '../upstream/dispatcher-to.ts'
import type { Call, Message } from './call.ts'
import { connectAnswer } from './connect-first.ts'

/** @param insists as in Knowledge.credentials, which tells what it throws */
export async function connected(
  deps: Pick<Deps, 'knowledge'>,
  caller: ResolvedCaller,
  server: ResolvedServer,
  insists = false,
): Promise<Server> {
  if (server.auth_type !== 'oauth') return server
  const { connection } = await deps.knowledge.credentials(caller, server, insists)
  return connection === null ? server : { ...server, connection: connection.generation }
}

/** How long a call waits for its person, who was just sent to the page. */
const patienceMs = 20_000

/**
 * The same for a call. Clients repeat it as soon as the page is open, and not when the person is done there: then it waits.
 * @throws as Knowledge.credentials; AppError overloaded where too many wait
 */
export async function connectedFor(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message | undefined,
): Promise<Server> {
  const isRetry = message !== undefined && connectAnswer(message) === 'opened'
  try {
    const found = await connected(deps, call.caller, server, true)
    if (!isRetry || !isRefused(deps, call, found, message)) return found
  } catch (thrown) {
    if (!isRequired(thrown)) throw thrown
    // To end a session takes no account, where it is ours; any other ended with its connection.
    if (call.request.method === 'DELETE') return server
    if (!isRetry) throw thrown
  }
  return afterConnecting(deps, call, server, message)
}

/** Its person was sent for more rights and has not come back: it is the connection that the server said no to. */
function isRefused({ stepUps }: Deps, { caller }: Call, server: Server, message: Message): boolean {
  const { connection } = server
  return connection !== undefined && stepUps.wasRefused(accountOf(caller, server), connection, message)
}

async function afterConnecting(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message,
): Promise<Server> {
  const release = deps.slots.takeHeld(call.caller.key_id)
  const gone = new AbortController()
  const leave = () => gone.abort()
  call.response.once('close', leave)
  const over = AbortSignal.any([gone.signal, deps.stopping, AbortSignal.timeout(patienceMs)])
  try {
    for (;;) {
      const changed = nextChange(deps, call.caller.workspace_id, over)
      try {
        const found = await connected(deps, call.caller, server)
        if (over.aborted || !isRefused(deps, call, found, message)) return found
      } catch (thrown) {
        if (!isRequired(thrown) || over.aborted) throw thrown
      }
      await changed
    }
  } finally {
    gone.abort() // lets go of the signal that lives as long as the process
    call.response.off('close', leave)
    release()
  }
}

function nextChange({ listeners }: Deps, workspaceId: string, over: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const leave = listeners.add(workspaceId, resolve)
  if (over.aborted) resolve()
  over.addEventListener('abort', () => resolve(), { once: true })
  return promise.finally(leave)
}

const isRequired = (thrown: unknown) => thrown instanceof AppError && thrown.code === 'connection_required'

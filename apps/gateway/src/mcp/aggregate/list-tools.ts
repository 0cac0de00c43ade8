// The merged list of tools: every server's own entries in the order of slugs, on one page. A dead server is left out.

import { AppError } from '@gatehouse/errors'
import type { Era } from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Deps } from '../../deps.ts'
import { ServerChanged } from '../../registry/knowledge.ts'
import type { Call, Message } from '../call.ts'
import { modernMembers } from './greetings.ts'

const maxTools = 10_000
/** While a server is missing, clients should soon ask again. */
const incompleteTtlMs = 10_000
const emptyTtlMs = 60_000

/** The result of tools/list, as JSON text. @throws ServerChanged; AppError invalid_params for a cursor: there is one page */
export async function listTools(
  deps: Deps,
  call: Call,
  servers: readonly ResolvedServer[],
  message: Message,
): Promise<string> {
  if (cursorOf(message) !== undefined) {
    throw new AppError('invalid_params', { what: 'the list is one page; there are no cursors' })
  }
  const settled = await Promise.allSettled(servers.map((server) => deps.toolLists.get(call.caller, server)))
  const entries: string[] = []
  let ttlMs = servers.length === 0 ? emptyTtlMs : Number.POSITIVE_INFINITY
  for (const outcome of settled) {
    if (outcome.status === 'rejected') {
      if (outcome.reason instanceof ServerChanged) throw outcome.reason
      ttlMs = Math.min(ttlMs, incompleteTtlMs)
    } else {
      ttlMs = Math.min(ttlMs, Math.max(0, outcome.value.freshUntil - performance.now()))
      for (const entry of outcome.value.entries) if (entries.length < maxTools) entries.push(entry)
    }
  }
  return `{"tools":[${entries.join(',')}]${cacheMembers(message.era, Math.floor(ttlMs))}}`
}

const cacheMembers = (era: Era, ttlMs: number) =>
  era === 'legacy'
    ? ''
    : `,${JSON.stringify({ ...modernMembers, ttlMs, cacheScope: 'private' }).slice(1, -1)}`

function cursorOf({ body, envelope }: Message): unknown {
  if (envelope.paramsRange === undefined) return undefined
  const params = JSON.parse(body.toString('utf8', ...envelope.paramsRange)) as { cursor?: unknown } // an object: readEnvelope
  return params.cursor
}

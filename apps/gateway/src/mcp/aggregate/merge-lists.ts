// A merged list: every server's own entries in the order of slugs, on one page. A dead server is left out, and so is one where
// the caller's account is not connected.

import { AppError, toAppError } from '@gatehouse/errors'
import type { Era } from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import { type ListMethod, listKinds } from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import { ServerChanged } from '../../registry/knowledge.ts'
import { authorize } from '../authorize.ts'
import type { Call, Message, Trace } from '../call.ts'
import { connected } from '../connected.ts'
import { ownHeaders } from '../refuse.ts'
import { bearerOf } from '../session-token.ts'
import { dropUnread } from '../transparent/relay.ts'
import type { Offer } from './expose-entries.ts'
import { modernMembers } from './greetings.ts'

const maxEntries = 10_000
/** While a server is missing, clients should soon ask again. */
const incompleteTtlMs = 10_000
const emptyTtlMs = 60_000

export const isListMethod = (method: string): method is ListMethod => Object.hasOwn(listKinds, method)

/** Answers with the list. @throws ServerChanged; AppError denied; invalid_params for a cursor: there is one page */
export async function answerList(
  deps: Deps,
  call: Call,
  servers: readonly ResolvedServer[],
  message: Message,
  method: ListMethod,
  trace: Trace,
): Promise<void> {
  for (const server of servers) authorize(call.caller, server, servers)
  trace.decidedAt = performance.now()
  if (cursorOf(message) !== undefined) {
    throw new AppError('invalid_params', { what: 'the list is one page; there are no cursors' })
  }
  const { offers, ttlMs } = await gather(deps, call, servers, method)
  const { member } = listKinds[method]
  const head = `{"jsonrpc":"2.0","id":${message.envelope.idRaw},"result":{"${member}":[`
  const entries = deps.lists.joined(offers, maxEntries)
  const tail = `]${cacheMembers(message.era, ttlMs)}}}`
  const length = Buffer.byteLength(head) + entries.length + Buffer.byteLength(tail)
  trace.outcome = 'ok'
  trace.responseBytes = length
  call.response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': length,
    ...ownHeaders,
  })
  call.response.cork()
  call.response.write(head)
  call.response.write(entries)
  call.response.end(tail)
  dropUnread(call.response, deps.config.GATEHOUSE_READER_TIMEOUT_MS)
}

async function gather(deps: Deps, call: Call, servers: readonly ResolvedServer[], method: ListMethod) {
  const settled = await Promise.allSettled(
    servers.map(async (server) =>
      deps.lists.get(method, bearerOf(call.caller, await connected(deps, call.caller, server))),
    ),
  )
  const offers: Offer[] = []
  let ttlMs = servers.length === 0 ? emptyTtlMs : Number.POSITIVE_INFINITY
  for (const outcome of settled) {
    if (outcome.status === 'rejected') {
      if (outcome.reason instanceof ServerChanged) throw outcome.reason
      const { code } = toAppError(outcome.reason)
      ttlMs = Math.min(ttlMs, code === 'connection_required' ? emptyTtlMs : incompleteTtlMs)
    } else {
      ttlMs = Math.min(ttlMs, Math.max(0, outcome.value.freshUntil - performance.now()))
      offers.push(outcome.value.offer)
    }
  }
  return { offers, ttlMs: Math.floor(ttlMs) }
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

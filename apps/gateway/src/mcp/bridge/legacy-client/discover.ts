// What a modern server says of itself, asked on behalf of a legacy client.

import { randomUUID } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import { modernRevisions } from '@gatehouse/protocol'
import type { Deps } from '../../../deps.ts'
import { converse } from '../../../upstream/converse.ts'
import type { Trace } from '../../call.ts'
import { attach } from '../../new-trace.ts'
import type { Bearer } from '../../session-token.ts'
import type { LegacyClient } from './client.ts'
import { readReply } from './reply.ts'
import { modernHeaders, toModern } from './to-modern.ts'

const method = 'server/discover'

/** @returns the result as it was written. @throws AppError upstream_*, overloaded; ServerChanged */
export async function discover(
  deps: Deps,
  bearer: Bearer,
  client: LegacyClient,
  trace: Trace,
  again = false,
): Promise<string> {
  const id = randomUUID()
  const request = JSON.stringify({ jsonrpc: '2.0', id, method, params: {} })
  const startedAt = performance.now()
  trace.upstreamStartedAt ??= startedAt
  const conversation = await converse(deps, bearer, {
    headers: modernHeaders(method, undefined),
    body: toModern(request, client, undefined),
    patienceMs: deps.config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS,
    signal: AbortSignal.timeout(deps.config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS),
    attached: (names) => {
      attach(trace, names)
    },
  })
  try {
    for await (const text of conversation.messages) {
      const reply = readReply(text, JSON.stringify(id))
      if (reply === undefined) continue
      if (reply.kind === 'result') return reply.result
      // who refuses a revision and names it among those to try is asked once more, as clients do
      if (reply.kind === 'error' && !again && namesOurRevision(reply))
        return discover(deps, bearer, client, trace, true)
      deps.eras.doubt(bearer)
      const what = reply.kind === 'error' ? `with error ${reply.code}` : 'by asking for input'
      throw new AppError('upstream_invalid', { what: `it answered ${method} ${what}` })
    }
  } finally {
    conversation.close()
    trace.upstreamMs = (trace.upstreamMs ?? 0) + performance.now() - startedAt
  }
  throw noAnswer(conversation.status)
}

function namesOurRevision({ code, error }: { code: number; error: string }): boolean {
  if (code !== -32022) return false
  const { data } = JSON.parse(error) as { data?: { supported?: unknown } } // a JSON object, as readReply found
  return Array.isArray(data?.supported) && data.supported.includes(modernRevisions[0])
}

/** An answer without a JSON-RPC response. */
export function noAnswer(status: number): AppError {
  if (status === 429 || status >= 500)
    return new AppError('upstream_unreachable', { what: `it answered with status ${status}` })
  if (status < 300)
    return new AppError('upstream_unreachable', { what: 'the MCP server broke off its answer' })
  return new AppError('upstream_invalid', { what: `it answered with status ${status}` })
}

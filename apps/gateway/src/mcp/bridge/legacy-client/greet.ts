// Answers a legacy client's handshake out of what the modern server says of itself. What the client said travels in its session
// token from then on.

import { randomUUID } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import { legacyRevisions, metaServerInfo } from '@gatehouse/protocol'
import { rawMember, setMember, withoutMember } from '@gatehouse/upstream'
import type { Deps } from '../../../deps.ts'
import { createAnswer } from '../../answer.ts'
import type { Call, Message, Trace } from '../../call.ts'
import type { Bearer } from '../../session-token.ts'
import { describeClient, tasksExtension } from './client.ts'
import { discover } from './discover.ts'

/** @throws AppError invalid_params, overloaded, upstream_*; ServerChanged */
export async function greet(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  message: Message,
  trace: Trace,
): Promise<void> {
  const { params = {} } = JSON.parse(message.body.toString('utf8')) as { params?: Record<string, unknown> } // the envelope saw an object
  const asked = params.protocolVersion
  if (typeof asked !== 'string')
    throw new AppError('invalid_params', { what: 'params.protocolVersion must be a string' })
  const protocolVersion = legacyRevisions.find((known) => known === asked) ?? legacyRevisions[0]
  const bridged = describeClient(params)
  const release = deps.slots.take(bearer)
  const said = await discover(deps, bearer, { ...bridged, token: undefined }, trace).finally(release)
  const token = deps.sessions.seal(bearer, {
    upstreamId: randomUUID(),
    protocolVersion,
    elicitation: bridged.capabilities.elicitation,
    bridged,
  })
  const { idRaw = 'null' } = message.envelope
  const answer = createAnswer(deps, call, trace, { headers: { 'Mcp-Session-Id': token } })
  const result = handshake(said, protocolVersion, bearer.server.slug)
  answer.finish(`{"jsonrpc":"2.0","id":${idRaw},"result":${result}}`)
}

/** The result of server/discover as that of initialize. */
export function handshake(said: string, protocolVersion: string, slug: string): string {
  const info = rawMember(rawMember(said, '_meta') ?? '{}', metaServerInfo)
  const instructions = rawMember(said, 'instructions')
  const members = [
    `"protocolVersion":${JSON.stringify(protocolVersion)}`,
    `"capabilities":${crossing(rawMember(said, 'capabilities') ?? '{}')}`,
    `"serverInfo":${info ?? JSON.stringify({ name: slug, version: 'unknown' })}`,
    ...(instructions === undefined ? [] : [`"instructions":${instructions}`]),
  ]
  return `{${members.join(',')}}`
}

/** Tasks are something else in each era. */
function crossing(capabilities: string): string {
  const extensions = rawMember(capabilities, 'extensions')
  const without = withoutMember(capabilities, 'tasks')
  if (extensions === undefined) return without
  const left = withoutMember(extensions, tasksExtension)
  return left === '{}' ? withoutMember(without, 'extensions') : setMember(without, 'extensions', left)
}

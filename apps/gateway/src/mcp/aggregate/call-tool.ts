// One tools/call: the server found by the name's prefix, the name rewritten in the original bytes, and on to that server: to
// forward.ts in the modern era, to call-legacy.ts in the older one.

import { AppError } from '@gatehouse/errors'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Deps } from '../../deps.ts'
import { authorize } from '../authorize.ts'
import type { Call, Message, Trace } from '../call.ts'
import { forward } from '../transparent/forward.ts'
import { callLegacy } from './call-legacy.ts'
import { findTool, serverOf } from './find-tool.ts'

/** Answers the call. @throws AppError for what is refused before anything was sent */
export async function callTool(
  deps: Deps,
  call: Call,
  servers: readonly ResolvedServer[],
  message: Message,
  trace: Trace,
): Promise<void> {
  const { name: exposed, nameRange } = message.envelope
  if (exposed === undefined || nameRange === undefined) {
    throw new AppError('invalid_params', { what: 'params.name must be a string' })
  }
  const server = serverOf(exposed, servers)
  trace.server = server
  authorize(call.caller, server, servers)
  const { name, era } = await findTool(deps, call, server, exposed)
  trace.tool = name
  const renamed: Message = { ...message, body: splice(message.body, nameRange, name), upstreamName: name }
  if (message.era === 'legacy') return callLegacy(deps, call, server, renamed, trace)
  if (era === 'legacy') {
    throw new AppError('era_mismatch', {
      what: `the server '${server.slug}' speaks only revisions before 2026-07-28`,
    })
  }
  await forward(deps, call, server, renamed, trace)
}

/** The body with another string in this place, everything else as it came. */
const splice = (body: Buffer, [start, end]: readonly [number, number], text: string): Buffer =>
  Buffer.concat([body.subarray(0, start), Buffer.from(JSON.stringify(text)), body.subarray(end)])

// What a client is told when the upstream refused our credential, failed, or broke off.

import { AppError, renderRpcError } from '@gatehouse/errors'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Deps } from '../../deps.ts'
import type { Call, Message, Trace } from '../call.ts'
import { answerConnectFirst } from '../connect-first.ts'
import { refuse, sendJson, withRawId } from '../refuse.ts'
import type { Ending } from './relay.ts'

/** Ends the response and completes the trace. */
export function answerFailure(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message | undefined,
  ending: Exclude<Ending, { kind: 'complete' | 'superseded' | 'held' }>,
  trace: Trace,
): void {
  const idRaw = message?.envelope.kind === 'request' ? message.envelope.idRaw : undefined
  if (ending.kind === 'client-gone') {
    trace.outcome = 'cancelled'
    return
  }
  if (
    idRaw !== undefined &&
    message &&
    ending.kind === 'failed' &&
    ending.error.code === 'connection_required'
  )
    return answerConnectFirst(deps, call, server, message, ending.error, trace)
  trace.outcome = 'upstream_error'
  trace.errorCode = ending.error.code
  if (ending.kind === 'failed' && ending.error.code === 'upstream_auth_failed')
    return credentialRefused(deps, call, server, message, idRaw, ending.error)
  if (ending.kind === 'failed') return refuse(call.response, ending.error, call.requestId, idRaw)
  // An event that says so, then the end; where the stream stands inside an event, only the broken connection is honest.
  if (!ending.clean) return void call.response.destroy()
  if (idRaw !== undefined) {
    const error = new AppError('upstream_unreachable', { what: 'the MCP server broke off its answer' })
    call.response.write(`data: ${withRawId(renderRpcError(error, null, call.requestId), idRaw)}\n\n`)
  }
  call.response.end()
}

/** An upstream's 401 or 403 never reaches the client: its credential is ours to renew. */
function credentialRefused(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  message: Message | undefined,
  idRaw: string | undefined,
  told: AppError,
): void {
  const error = credentialRefusal(deps, server, told)
  if (idRaw === undefined || message?.envelope.method !== 'tools/call') {
    return refuse(call.response, error, call.requestId, idRaw)
  }
  const result = {
    content: [{ type: 'text', text: error.message }],
    isError: true,
    ...(message.era === 'modern' && { resultType: 'complete' }),
  }
  sendJson(call.response, 200, withRawId({ jsonrpc: '2.0', result }, idRaw))
}

/** What a person is told who can't renew the credential: the server refused the stored one, or `told` says more. */
export function credentialRefusal(
  deps: Pick<Deps, 'config'>,
  server: ResolvedServer,
  told: AppError,
): AppError {
  const { retryAfterS, data } = told
  const link = String(data?.url ?? `${deps.config.CONSOLE_PUBLIC_URL}/servers/${server.id}`)
  const stored = `the server '${server.slug}' refused the stored credential; an operator must renew this credential`
  const what = data?.url === undefined ? stored : told.what
  return new AppError('upstream_auth_failed', {
    todo: `Open ${link}`,
    what,
    data: { url: link },
    ...(retryAfterS !== undefined && { retryAfterS }),
  })
}

/** Failures that a client is told in a form of their own. */
export const isOfCredential = (error: unknown): error is AppError =>
  error instanceof AppError && (error.code === 'connection_required' || error.code === 'upstream_auth_failed')

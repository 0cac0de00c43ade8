// A legacy client's request to a legacy server, in a session that all clients with its key share. Whatever the server streams, the
// client gets one JSON answer.

import { AppError } from '@gatehouse/errors'
import { rawMember, setMember } from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import { follow, type Listener, type Sent } from '../bridge/modern-client/follow.ts'
import { refuseRequest, tell } from '../bridge/modern-client/in-session.ts'
import type { Call, Trace } from '../call.ts'
import { attach } from '../new-trace.ts'
import { answerFailure } from '../transparent/failure.ts'
import { patienceMs } from './judge-answer.ts'
import { answerAsked, answerOnce } from './single-answer.ts'
import type { Target } from './target.ts'

/** @throws ServerChanged when nothing was sent because server or credential were replaced; AppError for other refusals */
export async function callLegacy(deps: Deps, call: Call, target: Target, trace: Trace): Promise<void> {
  const { bearer, message } = target
  const release = deps.slots.take(bearer)
  const gone = new AbortController()
  const asked = new AbortController()
  const onClose = () => gone.abort()
  call.response.once('close', onClose)
  const patience = patienceMs(deps, bearer.server, message.envelope.method ?? '')
  const late = AbortSignal.timeout(patience)
  try {
    trace.upstreamStartedAt = performance.now()
    const signal = AbortSignal.any([gone.signal, asked.signal, late])
    const onAsked = (method: string) => asked.abort(method)
    const text = await send(deps, target, trace, patience, { signal, late, onAsked })
    trace.upstreamMs = performance.now() - trace.upstreamStartedAt
    const member = rawMember(text, 'error') === undefined ? 'result' : 'error'
    answerOnce(call, target, `"${member}":${rawMember(text, member)}`, trace)
  } catch (thrown) {
    const fails = (ending: Parameters<typeof answerFailure>[4]) =>
      answerFailure(deps, call, bearer.server, message, ending, trace)
    if (gone.signal.aborted) return fails({ kind: 'client-gone' })
    if (asked.signal.aborted) return answerAsked(deps, call, target, String(asked.signal.reason), trace)
    const error = late.aborted ? new AppError('upstream_timeout') : thrown
    if (!(error instanceof AppError) || !error.code.startsWith('upstream_')) throw error
    fails({ kind: 'failed', error })
  } finally {
    late.onabort = null
    call.response.off('close', onClose)
    release()
  }
}

interface Ends {
  /** For any reason. */
  readonly signal: AbortSignal
  /** Its time is over. */
  readonly late: AbortSignal
  /** The server asks for something that its client can't be asked. */
  readonly onAsked: (method: string) => void
}

/** @returns the response. Throws as follow. */
function send(
  deps: Deps,
  { bearer, message }: Target,
  trace: Trace,
  patience: number,
  { signal, late, onAsked }: Ends,
): Promise<string> {
  const text = message.body.toString('utf8')
  /** Nobody waits for its result any more. */
  const cancel = ({ session, id }: Sent, reason: string) => {
    const params = JSON.stringify({ requestId: id, reason })
    const cancelled = `{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}`
    tell(deps, bearer, session, cancelled).catch(() => {})
  }
  const listener: Listener = {
    sent(call) {
      late.onabort = () => cancel(call, 'it took too long')
    },
    onRequest(call, question, method) {
      refuseRequest(deps, bearer, call.session, question, method)
      if (method === 'ping') return
      cancel(call, 'its client can not be asked')
      onAsked(method)
    },
    async onNotification() {},
    waits: () => false,
  }
  const options = {
    declared: { capabilities: {} },
    // Clients with the same key may use the same ids.
    body: (id: string) => setMember(text, 'id', JSON.stringify(id)),
    patienceMs: patience,
    headers: [],
    attached: (names: readonly string[]) => {
      attach(trace, names)
    },
    sides: false,
    refusal: () => undefined,
  }
  return follow(deps, bearer, options, signal, listener)
}

// One request of a modern client at a legacy server: a fresh one is sent, a retry with answers finds the call that waits for them.
// Next: attend.ts.

import { AppError } from '@gatehouse/errors'
import { rawMember, rawMembers } from '@gatehouse/upstream'
import type { Message } from '../../call.ts'
import { checkParams, hasParams } from '../../check-params.ts'
import { attach } from '../../new-trace.ts'
import { attend, type State } from './attend.ts'
import { askAgain, type Bridging, failCall } from './fail-call.ts'
import { mayBeAsked, refusalOf } from './questions.ts'
import { legacyRequest, type Request, readRequest } from './to-legacy.ts'
import { callUpstream, type UpstreamCall } from './upstream-call.ts'

/** @throws ServerChanged when nothing was sent; AppError for what is refused */
export async function relayCall(bridging: Bridging, message: Message): Promise<void> {
  const { deps, bearer } = bridging
  const request = readRequest(message)
  if (request.requestState === undefined) return sendCall(bridging, request)
  const state = deps.states.open(request.requestState, bearer, request.binding) as State // sealed by attend.ts
  const answers = answersOf(request)
  if (state.kind === 'held') return retryCall(bridging, message, request, state, answers)
  const opened = [...answers.values()].every((answer) => rawMember(answer, 'action') === '"accept"')
  if (opened) return sendCall(bridging, request)
  failCall(bridging, askAgain('the page that the server needs was not opened'))
}

async function sendCall(bridging: Bridging, request: Request): Promise<void> {
  const { deps, call, bearer, trace } = bridging
  // Servers of the older revisions ask for none, so nothing is looked up for a call without them.
  if (hasParams(call)) await checkParams(deps, call, bearer, request.binding)
  const release = deps.slots.take(bearer)
  const { capabilities, logLevel, method } = request
  const { traceparent } = call.request.headers
  try {
    const upstream = callUpstream(deps, bearer, {
      declared: logLevel === undefined ? { capabilities } : { capabilities, logLevel },
      body: (id) => legacyRequest(request, id),
      patienceMs: patienceOf(bridging),
      headers: typeof traceparent === 'string' ? [['traceparent', traceparent]] : [],
      attached: (names) => {
        attach(trace, names)
      },
      sides: listens(request),
      refusal: (asked, params) => refusalOf(asked, params, capabilities, method),
    })
    await attend(bridging, request, upstream)
  } finally {
    release()
  }
}

/** Whether the server may ask its client, or log for it. */
const listens = ({ method, capabilities, logLevel }: Request): boolean =>
  logLevel !== undefined ||
  (mayBeAsked(method) && ['elicitation', 'sampling', 'roots'].some((kind) => kind in capabilities))

async function retryCall(
  bridging: Bridging,
  message: Message,
  request: Request,
  { replica, id }: Extract<State, { kind: 'held' }>,
  answers: ReadonlyMap<string, string>,
): Promise<void> {
  const { deps, call, bearer, trace } = bridging
  if (replica !== deps.peers.self) {
    const handed = deps.peers.isHandedOver(call.request)
    const body = message.clientBody ?? message.body
    if (handed || !(await deps.peers.handOver(call, replica, body))) return failCall(bridging, askAgain())
    trace.handedOver = true
    return
  }
  const release = deps.slots.take(bearer)
  try {
    const upstream = takeHeld(bridging, id)
    if (upstream === undefined) failCall(bridging, askAgain())
    else await attend(bridging, request, upstream, () => upstream.answer(answers))
  } finally {
    release()
  }
}

function takeHeld({ deps }: Bridging, id: string): UpstreamCall | undefined {
  const upstream = deps.heldCalls.take(id)
  if (upstream !== 'used') return upstream
  throw new AppError('invalid_params', { what: 'this requestState was used already' })
}

/** @throws AppError invalid_params for answers that are no objects */
function answersOf({ inputResponses }: Request): ReadonlyMap<string, string> {
  const answers = new Map<string, string>()
  for (const { name, value } of rawMembers(inputResponses ?? '{}')) {
    if (!value.startsWith('{'))
      throw new AppError('invalid_params', { what: `inputResponses['${name.slice(0, 64)}'] is no object` })
    answers.set(name, value)
  }
  return answers
}

function patienceOf({ deps: { config }, bearer: { server }, method }: Bridging): number {
  if (method !== 'tools/call') return config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS
  return server.call_timeout_ms ?? config.GATEHOUSE_CALL_TIMEOUT_MS
}

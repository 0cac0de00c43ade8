// Between a call at a legacy server and the client that waits for it: what the server tells meanwhile, and then its answer, or its
// questions as an input-required result. Next: upstream-call.ts.

import { rawMember, replaceMember } from '@gatehouse/upstream'
import { withoutDisabled } from '../../transparent/disabled-tools.ts'
import { type Bridging, failCall } from './fail-call.ts'
import { mayBeAsked, type Question } from './questions.ts'
import type { Request } from './to-legacy.ts'
import { inputRequired, modernAnswer, requiredPages, response } from './to-modern.ts'
import type { Next, UpstreamCall } from './upstream-call.ts'

/** What is sealed into a `requestState`: where the call waits, or that the person was sent to a page first. */
export type State =
  | { readonly kind: 'held'; readonly replica: string; readonly id: string }
  | { readonly kind: 'pages' }

/**
 * Answers the client and completes the trace.
 * @param before what the server is told first
 * @throws ServerChanged when nothing was sent; AppError for other refusals
 */
export async function attend(
  bridging: Bridging,
  request: Request,
  upstream: UpstreamCall,
  before?: () => Promise<void>,
): Promise<void> {
  const { deps, answer, trace } = bridging
  const leave = () => void upstream.cancel('the client went away')
  answer.gone.addEventListener('abort', leave)
  if (answer.gone.aborted) leave()
  // Whatever lies between takes a quiet connection for a dead one, and to lose it would be to cancel the call.
  const quiet = setTimeout(() => answer.open(), deps.config.GATEHOUSE_KEEP_ALIVE_MS)
  const startedAt = performance.now()
  trace.upstreamStartedAt = startedAt
  try {
    await before?.()
    const next = await upstream.next((text, id) => pass(bridging, request, text, id))
    if (next.kind === 'asked') hold(bridging, request, upstream, next)
    else answerWith(bridging, request, next)
  } catch (thrown) {
    void upstream.cancel('the gateway gave up')
    failCall(bridging, thrown)
  } finally {
    clearTimeout(quiet)
    answer.gone.removeEventListener('abort', leave)
    trace.upstreamMs = performance.now() - startedAt
  }
}

/** What the server tells of this call, with the client's own progress token. */
async function pass({ answer }: Bridging, request: Request, text: string, id: string): Promise<void> {
  const method = rawMember(text, 'method')
  if (method === '"notifications/message"' && request.logLevel === undefined) return
  if (method !== '"notifications/progress"') return answer.send(text)
  const params = rawMember(text, 'params') ?? '{}'
  const token = request.progressToken
  if (token === undefined || rawMember(params, 'progressToken') !== JSON.stringify(id)) return
  await answer.send(replaceMember(text, 'params', replaceMember(params, 'progressToken', token)))
}

/** From here on the call waits in this process. */
function hold(
  bridging: Bridging,
  request: Request,
  upstream: UpstreamCall,
  { questions, session }: Extract<Next, { kind: 'asked' }>,
): void {
  const { deps, bearer } = bridging
  const id = deps.heldCalls.hold(bearer, upstream, deps.slots.takeHeld(bearer.caller.key_id))
  ask(bridging, request, questions, { kind: 'held', replica: deps.peers.self, id }, session.serverInfo)
}

function ask(
  { deps, bearer, idRaw, answer }: Bridging,
  { binding }: Request,
  questions: readonly Question[],
  state: State,
  serverInfo: unknown,
): void {
  const result = inputRequired(questions, deps.states.seal(bearer, binding, state), serverInfo)
  answer.finish(response(idRaw, 'result', result))
}

function answerWith(
  bridging: Bridging,
  request: Request,
  { text, session }: Extract<Next, { kind: 'response' }>,
): void {
  const { deps, bearer, method, answer } = bridging
  if (isModern(text)) deps.eras.doubt(bearer)
  const pages = mayBeAsked(method) ? requiredPages(text, request.capabilities) : undefined
  if (pages !== undefined) return ask(bridging, request, pages, { kind: 'pages' }, session.serverInfo)
  const { text: modern, status } = modernAnswer(text, request, session.serverInfo)
  answer.finish(method === 'tools/list' ? withoutDisabled(bearer.server, modern) : modern, status)
}

/** Errors that only a server of the newer revisions knows. */
const isModern = (text: string): boolean => {
  const code = Number(rawMember(rawMember(text, 'error') ?? '{}', 'code'))
  return code <= -32020 && code >= -32022
}

// The questions of an input-required result, asked as a legacy client knows them: requests on the stream of the call, all at once. The
// answers come in requests of their own, at whatever replica: take-answer.ts.

import { randomUUID } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import { rawMember, setMember } from '@gatehouse/upstream'
import type { Call } from '../../call.ts'
import { tokenDigest } from '../../session-token.ts'
import { standing } from '../../standing.ts'
import { type BridgedCall, takesStream } from './bridged-call.ts'
import { NoInput } from './fail-call.ts'

interface Input {
  /** As the server names it. */
  readonly key: string
  readonly method: string
  /** JSON text. */
  readonly params: string | undefined
}

const heldMs = 10 * 60_000
const maxOpen = 64

/**
 * @param requests the members of `inputRequests`, as they were written
 * @returns the `inputResponses`, each as the client wrote it
 * @throws NoInput; AppError upstream_invalid; the reason of `over` where the call is over meanwhile
 */
export async function askClient(
  bridged: BridgedCall,
  requests: readonly { readonly name: string; readonly value: string }[],
): Promise<string> {
  const { deps, call, bearer, client, answer, over } = bridged
  if (requests.length > maxOpen)
    throw new AppError('upstream_invalid', { what: `it asks more than ${maxOpen} questions at once` })
  const inputs = requests.map(({ name, value }) => readInput(name, value))
  for (const input of inputs) checkDeclared(bridged, input)
  checkStream(call, inputs)
  const leave = deps.slots.takeHeld(call.caller.key_id)
  const done = new AbortController()
  const late = setTimeout(() => done.abort(tooLate), heldMs)
  const signal = AbortSignal.any([over, answer.gone, deps.stopping, done.signal])
  const asked = { callerKeyId: bearer.caller.key_id, token: client.token ?? '' }
  const open = new Set<string>()
  const held = standing(deps, bearer, () => done.abort(takenAway))
  const place = deps.openEnds.streams.add(tokenDigest(asked.token), held)
  try {
    const questions = inputs.map((input) => {
      const { id, answer: given } = deps.openEnds.asks.ask(asked, deps.peers.self, signal)
      open.add(id)
      const response = given.then((text) => {
        open.delete(id)
        return `${JSON.stringify(input.key)}:${resultOf(input, text)}`
      })
      return { id, input, response }
    })
    const responses = Promise.all(questions.map(({ response }) => response))
    responses.catch(() => {}) // it may fail while the questions still go out
    for (const { id, input } of questions) await answer.send(toRequest(id, input))
    return `{${(await responses).join(',')}}`
  } catch (thrown) {
    const stopped = deps.stopping.aborted && !done.signal.aborted && !over.aborted
    done.abort(thrown)
    for (const id of open) await answer.send(takenBack(id))
    throw stopped ? stopping : thrown
  } finally {
    place.remove()
    clearTimeout(late)
    leave()
  }
}

function readInput(key: string, request: string): Input {
  const method: unknown = JSON.parse(rawMember(request, 'method') ?? 'null')
  if (!kinds.has(String(method)))
    throw new NoInput(`It wants ${String(method).slice(0, 64)}, which no client knows.`)
  return { key, method: String(method), params: rawMember(request, 'params') }
}

const kinds = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list'])

const isUrl = ({ params = '{}' }: Input) => rawMember(params, 'mode') === '"url"'

function checkDeclared({ client }: BridgedCall, input: Input): void {
  const { sampling, roots, elicitation } = client.capabilities
  const modes = elicitation as Readonly<Record<string, unknown>> | undefined // client.ts let only objects in
  if (input.method === 'sampling/createMessage' && sampling === undefined)
    throw new NoInput('This client has not declared that it can ask its model (sampling).')
  if (input.method === 'roots/list' && roots === undefined)
    throw new NoInput('This client has not declared that it has roots.')
  if (input.method !== 'elicitation/create') return
  if (isUrl(input) && modes?.url === undefined) {
    const page = rawMember(input.params ?? '{}', 'url') ?? '""'
    throw new NoInput(`This client has not declared that it can open pages (URL elicitation): ${page}`)
  }
  // An empty object means forms.
  const forms = modes !== undefined && (modes.form !== undefined || modes.url === undefined)
  if (!isUrl(input) && !forms)
    throw new NoInput('This client has not declared that it can ask its person (elicitation).')
}

/** A client that takes one JSON answer only can be told of pages, and of nothing else. */
function checkStream(call: Call, inputs: readonly Input[]): void {
  if (takesStream(call)) return
  if (!inputs.every(isUrl)) throw new NoInput('This client takes no event stream, so it can not be asked.')
  const pages = inputs.map(({ params = '{}' }) => withElicitationId(params))
  throw new NoInput('Open the page, then try again.', `[${pages.join(',')}]`)
}

/** The older revisions name each elicitation by a page. */
const withElicitationId = (params: string) => setMember(params, 'elicitationId', JSON.stringify(randomUUID()))

function toRequest(id: string, input: Input): string {
  const params = input.params !== undefined && isUrl(input) ? withElicitationId(input.params) : input.params
  const rest = params === undefined ? '' : `,"params":${params}`
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":${JSON.stringify(input.method)}${rest}}`
}

const takenBack = (id: string) =>
  JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } })

function resultOf(input: Input, response: string): string {
  const result = rawMember(response, 'result')
  if (result?.startsWith('{')) return result
  const message: unknown = JSON.parse(rawMember(rawMember(response, 'error') ?? '{}', 'message') ?? 'null')
  throw new NoInput(`The client refused ${input.method}: ${String(message).slice(0, 500)}`)
}

const tooLate = new NoInput('Its client gave no answer in ten minutes: make the call again.')
const takenAway = new NoInput('The session, its key or the server is no longer what it was.')
const stopping = new NoInput('This gateway is being stopped: make the call again.')

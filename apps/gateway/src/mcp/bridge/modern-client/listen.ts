// subscriptions/listen at a legacy server: a session of its own with a GET stream and a subscription for each resource. What comes
// travels on with the mark of the client's subscription, until one of the three sides ends it. Next: news.ts.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { AppError } from '@gatehouse/errors'
import { rawMember, setMember } from '@gatehouse/upstream'
import { ServerChanged } from '../../../registry/knowledge.ts'
import type { OpenSession, OwnSession } from '../../../upstream/sessions.ts'
import type { Message } from '../../call.ts'
import { standing } from '../../standing.ts'
import { isObject, offers } from './capabilities.ts'
import { type Bridging, failCall } from './fail-call.ts'
import { ask, refuseRequest } from './in-session.ts'
import { openNews } from './news.ts'
import { response, withServerInfo } from './to-modern.ts'

/** https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions#notification-filter */
interface Filter {
  toolsListChanged?: true
  promptsListChanged?: true
  resourcesListChanged?: true
  resourceSubscriptions?: readonly string[]
}

const lists = [
  ['toolsListChanged', 'tools', 'notifications/tools/list_changed'],
  ['promptsListChanged', 'prompts', 'notifications/prompts/list_changed'],
  ['resourcesListChanged', 'resources', 'notifications/resources/list_changed'],
] as const

const subscriptionId = 'io.modelcontextprotocol/subscriptionId'
/** More are not acknowledged. */
const maxResources = 1_000
const atOnce = 8
/** A server may send the head of its stream only with the first event: it is not waited for longer. */
const headMs = 500

/** Answers the call. @throws ServerChanged when nothing was sent; AppError for other refusals */
export async function listen(bridging: Bridging, message: Message): Promise<void> {
  const { deps, call, bearer, trace } = bridging
  const wanted = readFilter(message)
  const release = deps.slots.takeStream(call.caller.key_id)
  trace.upstreamStartedAt = performance.now()
  let session: OwnSession | undefined
  try {
    session = await deps.upstreamSessions.openOwn(bearer, { capabilities: {} })
    if (session === undefined) throw new ServerChanged(bearer.server.slug)
    await passNews(bridging, session, offered(wanted, session.capabilities))
    finish(bridging, session)
  } catch (thrown) {
    failCall(bridging, thrown)
  } finally {
    trace.upstreamMs = performance.now() - trace.upstreamStartedAt
    release()
    await session?.end()
  }
}

/** Until the client goes, the gateway stops, or the server has no more. */
async function passNews(bridging: Bridging, session: OwnSession, filter: Filter): Promise<void> {
  const { deps, bearer, idRaw, answer } = bridging
  const [leaving, lost] = [new AbortController(), new AbortController()]
  const signal = AbortSignal.any([leaving.signal, lost.signal, answer.gone, deps.stopping])
  const open = standing(deps, bearer, () => lost.abort())
  const place = deps.openEnds.streams.add(randomUUID(), open)
  const acknowledge = (notifications: Filter) => answer.send(tagged(acknowledgement(notifications), idRaw))
  try {
    const { opened, messages } = openNews(deps, bearer, session, signal)
    const live = Object.keys(filter).length > 0 && (await hasStream(opened))
    const granted = live ? await subscribed(bridging, session, filter) : {}
    await acknowledge(granted)
    if (Object.keys(granted).length === 0) return await over(signal)
    for await (const text of messages) await passOne(bridging, session, granted, text)
  } finally {
    leaving.abort()
    place.remove()
  }
}

async function passOne(
  bridging: Bridging,
  session: OpenSession,
  granted: Filter,
  text: string,
): Promise<void> {
  const { deps, bearer, idRaw, answer } = bridging
  const message: unknown = JSON.parse(text)
  if (!isObject(message) || typeof message.method !== 'string') return
  const { id, method } = message
  if (id !== undefined) return refuseRequest(deps, bearer, session, text, method)
  const ofList = lists.some(([name, , changed]) => changed === method && granted[name])
  const ofResource = method === 'notifications/resources/updated' && granted.resourceSubscriptions
  if (ofList || ofResource) await answer.send(tagged(text, idRaw))
}

/** As the subscription's own end where we are the ones who stop; else the client should come back. */
function finish({ deps, idRaw, answer, trace }: Bridging, { serverInfo }: OpenSession): void {
  if (answer.gone.aborted) trace.outcome = 'cancelled'
  else if (!deps.stopping.aborted) answer.end()
  else {
    const result = `{"resultType":"complete","_meta":{${JSON.stringify(subscriptionId)}:${idRaw}}}`
    answer.finish(response(idRaw, 'result', withServerInfo(result, serverInfo)))
  }
}

/** @throws AppError invalid_params */
function readFilter({ body }: Message): Filter {
  const params = rawMember(body.toString('utf8'), 'params')
  const raw = params === undefined ? undefined : rawMember(params, 'notifications')
  const given: unknown = raw === undefined ? undefined : JSON.parse(raw)
  const invalid = (what: string) => new AppError('invalid_params', { what })
  if (!isObject(given)) throw invalid('params.notifications must be an object')
  const { resourceSubscriptions = [] } = given
  if (!Array.isArray(resourceSubscriptions) || resourceSubscriptions.some((uri) => typeof uri !== 'string'))
    throw invalid('params.notifications.resourceSubscriptions must be an array of strings')
  const filter: Filter = {}
  for (const [name] of lists) if (given[name] === true) filter[name] = true
  const uris = [...new Set<string>(resourceSubscriptions)].slice(0, maxResources)
  return uris.length > 0 ? { ...filter, resourceSubscriptions: uris } : filter
}

function offered(wanted: Filter, capabilities: unknown): Filter {
  const filter: Filter = {}
  for (const [name, part] of lists)
    if (wanted[name] && offers(capabilities, part, 'listChanged')) filter[name] = true
  const { resourceSubscriptions } = wanted
  return resourceSubscriptions && offers(capabilities, 'resources', 'subscribe')
    ? { ...filter, resourceSubscriptions }
    : filter
}

/** Without the resources that the server takes no subscription for. */
async function subscribed(
  { deps, bearer }: Bridging,
  session: OpenSession,
  { resourceSubscriptions: wanted = [], ...filter }: Filter,
): Promise<Filter> {
  const taken: string[] = []
  for (let at = 0; at < wanted.length; at += atOnce) {
    const some = wanted.slice(at, at + atOnce)
    const answers = await Promise.allSettled(
      some.map((uri) => ask(deps, bearer, session, 'resources/subscribe', JSON.stringify({ uri }))),
    )
    some.forEach((uri, index) => {
      const answer = answers[index]
      if (answer?.status === 'fulfilled' && rawMember(answer.value, 'result') !== undefined) taken.push(uri)
    })
  }
  return taken.length > 0 ? { ...filter, resourceSubscriptions: taken } : filter
}

const acknowledgement = (notifications: Filter) =>
  JSON.stringify({
    jsonrpc: '2.0',
    method: 'notifications/subscriptions/acknowledged',
    params: { notifications },
  })

/** The notification with the mark of this subscription. */
function tagged(text: string, idRaw: string): string {
  const params = rawMember(text, 'params') ?? '{}'
  const meta = setMember(rawMember(params, '_meta') ?? '{}', subscriptionId, idRaw)
  return setMember(text, 'params', setMember(params, '_meta', meta))
}

async function over(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

/** Also where the server has not answered yet. */
async function hasStream(opened: Promise<number>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<number>((resolve) => {
    timer = setTimeout(() => resolve(200), headMs)
  })
  return (await Promise.race([opened, late]).finally(() => clearTimeout(timer))) === 200
}

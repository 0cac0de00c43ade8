// Requests that the modern era no longer has: the gateway answers them itself.

import { AppError } from '@gatehouse/errors'
import { rawMember } from '@gatehouse/upstream'
import type { Deps } from '../../../deps.ts'
import type { Call, Message, Trace } from '../../call.ts'
import { sendJson } from '../../refuse.ts'
import type { Bearer } from '../../session-token.ts'
import type { LegacyClient } from './client.ts'
import { discover } from './discover.ts'

const levels: readonly unknown[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
]

const maxSubscriptions = 200
const maxUriLength = 2_048

/** False for a request that crosses. @throws AppError invalid_params, invalid_message, upstream_* */
export async function answerSelf(
  deps: Deps,
  call: Call,
  bearer: Bearer,
  client: LegacyClient,
  message: Message,
  trace: Trace,
): Promise<boolean> {
  const { method = '', idRaw = 'null' } = message.envelope
  const answer = (outcome: string) => {
    trace.outcome = outcome.startsWith('"error"') ? 'protocol_error' : 'ok'
    sendJson(call.response, 200, `{"jsonrpc":"2.0","id":${idRaw},${outcome}}`)
    return true
  }
  const params = rawMember(message.body.toString('utf8'), 'params') ?? '{}'
  const param = (name: string): unknown => JSON.parse(rawMember(params, name) ?? 'null')
  if (method === 'ping') return answer('"result":{}')
  if (isOfOneEra(method)) return answer(notFound(method))
  if (method === 'logging/setLevel') {
    const level = param('level')
    if (typeof level !== 'string' || !levels.includes(level))
      throw new AppError('invalid_params', { what: `params.level must be one of ${levels.join(', ')}` })
    await deps.notes.change(tokenIn(client), bearer, (notes) => ({ ...notes, logLevel: level }))
    return answer('"result":{}')
  }
  if (method !== 'resources/subscribe' && method !== 'resources/unsubscribe') return false
  const uri = param('uri')
  if (typeof uri !== 'string' || uri.length > maxUriLength)
    throw new AppError('invalid_params', { what: `params.uri must be a string of at most ${maxUriLength}` })
  const subscribes = method === 'resources/subscribe'
  if (subscribes && !(await offersSubscriptions(deps, bearer, client, trace))) return answer(notFound(method))
  await deps.notes.change(tokenIn(client), bearer, (notes) => {
    const others = notes.subscriptions.filter((one) => one !== uri)
    if (subscribes && others.length >= maxSubscriptions)
      throw new AppError('invalid_params', {
        what: `a session has at most ${maxSubscriptions} subscriptions`,
      })
    return { ...notes, subscriptions: subscribes ? [...others, uri] : others }
  })
  return answer('"result":{}')
}

const notFound = (method: string) =>
  `"error":${JSON.stringify({ code: -32601, message: `Method not found: ${method}` })}`

/** Tasks are something else in each era; the rest a legacy client has no business with. */
const isOfOneEra = (method: string) =>
  method.startsWith('tasks/') || method === 'server/discover' || method === 'subscriptions/listen'

function tokenIn({ token }: LegacyClient): string {
  if (token !== undefined) return token
  throw new AppError('invalid_message', { what: 'this request needs a session: send initialize first' })
}

async function offersSubscriptions(
  deps: Deps,
  bearer: Bearer,
  client: LegacyClient,
  trace: Trace,
): Promise<boolean> {
  const release = deps.slots.take(bearer)
  const said = await discover(deps, bearer, client, trace).finally(release)
  const capabilities = rawMember(said, 'capabilities') ?? '{}'
  return rawMember(rawMember(capabilities, 'resources') ?? '{}', 'subscribe') === 'true'
}

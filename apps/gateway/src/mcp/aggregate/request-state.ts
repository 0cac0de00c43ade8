// The state of a call that waits for its client's input: the server's own, sealed while the client holds it, so that it comes back
// from this caller for this very call or not at all.

import { AppError } from '@gatehouse/errors'
import { changeAt, rawMember } from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import { bindingOf } from '../binding-of.ts'
import { type Target, withBody } from './target.ts'

type Sealing = Pick<Deps, 'states'>

/** A retry as the server is to get it. @throws AppError invalid_params for a state that was not given for this call */
export function openState({ states }: Sealing, { bearer, message }: Target): Target {
  const { paramsRange } = message.envelope
  if (paramsRange === undefined) return { bearer, message }
  const text = message.body.toString('utf8')
  const given = rawMember(message.body.toString('utf8', ...paramsRange), 'requestState')
  if (given === undefined) return { bearer, message }
  const own = given.startsWith('"')
    ? states.open(JSON.parse(given) as string, bearer, bindingOf(message))
    : {}
  if (!isOurs(own))
    throw new AppError('invalid_params', { what: 'the state does not belong to this request' })
  const body = changeAt(text, ['params', 'requestState'], () => JSON.stringify(own.upstream))
  return { bearer, message: withBody(message, Buffer.from(body)) }
}

/** A response as the client is to get it. */
export function sealState({ states }: Sealing, { bearer, message }: Target, text: string): string {
  if (!mayAsk.test(text)) return text
  const type = rawMember(rawMember(text, 'result') ?? '{}', 'resultType')
  if (type === undefined || JSON.parse(type) !== 'input_required') return text
  return changeAt(text, ['result', 'requestState'], (own) => {
    const upstream: unknown = JSON.parse(own)
    return typeof upstream === 'string'
      ? JSON.stringify(states.seal(bearer, bindingOf(message), { upstream }))
      : own
  })
}

/** Spelt with escapes or not. */
const mayAsk = /input_required|\\u/

const isOurs = (state: unknown): state is { readonly upstream: string } =>
  typeof state === 'object' && state !== null && 'upstream' in state && typeof state.upstream === 'string'

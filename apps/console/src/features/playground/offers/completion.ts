// What a server proposes for an argument while it is typed.
// https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/completion

import type { Tokens } from '#lib/gateway-token.ts'
import { outcomeOf } from '../call/outcome.ts'
import { requestOf } from '../call/request.ts'
import { send } from '../call/send.ts'
import { isList, isObject, type Json, type JsonObject, member, object } from '../json/json.ts'
import type { Offer } from './offer.ts'

/** Of what it is an argument, and what else is given already. */
export interface Argument {
  readonly offer: Offer
  readonly path: string
  readonly args: Json
  readonly name: string
  readonly typed: string
}

const shown = 8

/** Empty where the server proposes nothing, or can't. */
export async function completionsOf(
  { offer, path, args, name, typed }: Argument,
  tokens: Tokens,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const params = object({
    ref: referenceTo(offer),
    argument: object({ name, value: typed }),
    context: object({ arguments: textsOf(args, name) }),
  })
  const request = requestOf({ path, method: 'completion/complete', params, headers: [] })
  const token = await tokens.get()
  const outcome = outcomeOf(await send({ path, token, request, signal, onNotification: () => undefined }))
  const values =
    outcome.kind === 'result' ? member(member(outcome.result, 'completion'), 'values') : undefined
  const texts = (isList(values) ? values : []).filter((value) => typeof value === 'string')
  return [...new Set(texts)].filter((text) => text !== typed).slice(0, shown)
}

const referenceTo = ({ kind, name }: Offer): JsonObject =>
  kind === 'prompt' ? object({ type: 'ref/prompt', name }) : object({ type: 'ref/resource', uri: name })

/** The arguments that are texts, without one of them. */
export const textsOf = (args: Json, but: string): JsonObject =>
  new Map(
    [...(isObject(args) ? args : [])].filter(([name, value]) => name !== but && typeof value === 'string'),
  )

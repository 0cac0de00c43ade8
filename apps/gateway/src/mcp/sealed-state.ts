// What a client holds for us between two requests, as requestState or a task's id: sealed for one caller, server, credential
// and question, so that it is of no use for anything else. Opens on any replica.

import { createHash } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import type { Knowledge } from '../registry/knowledge.ts'
import { addressOf } from '../upstream/address.ts'
import { canonicalJson } from './canonical-json.ts'
import { createSealing } from './sealing.ts'
import type { Bearer } from './session-token.ts'

/** The request that a state belongs to; its `_meta` may differ from one time to the next. */
export interface Binding {
  readonly method: string
  /** The tool's or prompt's name, or the resource's URI. */
  readonly name: string | undefined
  /** `params.arguments` as JSON text. */
  readonly argumentsText: string | undefined
}

export interface SealedStates {
  /** @param state anything that JSON can hold */
  seal(bearer: Bearer, bound: Binding, state: unknown): string
  /** @throws AppError invalid_params for every text that isn't this bearer's, for this request, now */
  open(text: string, bearer: Bearer, bound: Binding): unknown
}

interface Content {
  readonly state: unknown
  /** Unix time in ms. */
  readonly expiresAtMs: number
}

const lifeMs = 7 * 24 * 3_600_000

export function createSealedStates(knowledge: Pick<Knowledge, 'greeting'>, now: () => number): SealedStates {
  const sealing = createSealing(knowledge, now, 'gatehouse sealed state v1')
  return {
    seal(bearer, bound, state) {
      const content: Content = { state, expiresAtMs: now() + lifeMs }
      return sealing.seal(JSON.stringify(content), context(bearer, bound))
    },
    open(text, bearer, bound) {
      const opened = sealing.open(text, context(bearer, bound))
      const content = opened === undefined ? undefined : (JSON.parse(opened) as Content) // sealed by ourselves
      if (content === undefined || content.expiresAtMs <= now())
        throw new AppError('invalid_params', { what: 'the state does not belong to this request' })
      return content.state
    },
  }
}

function context({ caller, server, generation }: Bearer, { method, name, argumentsText }: Binding): string {
  const given = argumentsText === undefined ? null : digest(canonicalJson(argumentsText))
  const { origin } = addressOf(server)
  return JSON.stringify([caller.key_id, server.id, origin, generation, method, name ?? null, given])
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex')

// How a call ended, kept apart by who says so: the tool, the protocol, the gateway, or nobody because nothing came through.

import { isObject, type Json, JsonNumber, type JsonObject, member, textMember } from '../json/json.ts'
import { printJson } from '../json/print-json.ts'

/** One thing that a server asks before it answers. */
export interface Question {
  readonly key: string
  readonly method: string
  readonly params: Json | undefined
}

interface Told {
  /** As the server or the gateway says it. */
  readonly message: string
  /** A JSON-RPC code's digits, or one of our own codes. */
  readonly code: string
  /** The whole JSON-RPC response, where there is one. */
  readonly response: JsonObject | undefined
}

export type Outcome =
  | {
      readonly kind: 'result'
      readonly response: JsonObject
      readonly result: JsonObject
      readonly toolError: boolean
    }
  | {
      readonly kind: 'asks'
      readonly response: JsonObject
      readonly questions: readonly Question[]
      readonly state: Json | undefined
    }
  | ({ readonly kind: 'protocol' | 'refused' | 'transport' } & Told)
  | { readonly kind: 'cancelled' }

/** What came over HTTP. */
export interface Answer {
  /** 0: nothing answered. */
  readonly status: number
  readonly requestId: string | null
  /** The JSON-RPC response; undefined where none came. */
  readonly response: JsonObject | undefined
  /** Where none came: what came instead. */
  readonly instead: string
}

/** Errors of the gateway that mean that nothing got to the server, or nothing back. */
const lost = new Set(['upstream_unreachable', 'upstream_timeout', 'upstream_invalid', 'loop_detected'])

export function outcomeOf({ status, requestId, response, instead }: Answer): Outcome {
  if (response === undefined) {
    const kind = status === 401 || status === 403 || status === 404 ? 'refused' : 'transport'
    return { kind, message: instead, code: status === 0 ? 'network' : `HTTP ${status}`, response }
  }
  const error = member(response, 'error')
  if (error !== undefined) return failureOf(error, response, requestId)
  const result = member(response, 'result')
  if (!isObject(result)) return noResult(response)
  if (textMember(result, 'resultType') === 'input_required') return asks(result, response)
  return { kind: 'result', response, result, toolError: member(result, 'isError') === true }
}

/** The gateway's own errors carry the id that it gave this request, which no server knows. */
function failureOf(error: Json, response: JsonObject, requestId: string | null): Outcome {
  const data = member(error, 'data')
  const own = textMember(data, 'code')
  const message = textMember(error, 'message') ?? 'The error has no message'
  if (own !== undefined && requestId !== null && textMember(data, 'request_id') === requestId) {
    return { kind: lost.has(own) ? 'transport' : 'refused', message, code: own, response }
  }
  const code = member(error, 'code')
  return { kind: 'protocol', message, code: code instanceof JsonNumber ? code.digits : 'none', response }
}

function asks(result: JsonObject, response: JsonObject): Outcome {
  const requests = member(result, 'inputRequests')
  const questions = isObject(requests)
    ? [...requests].map(([key, one]) => ({
        key,
        method: textMember(one, 'method') ?? '',
        params: member(one, 'params'),
      }))
    : []
  return { kind: 'asks', response, questions, state: member(result, 'requestState') }
}

const noResult = (response: JsonObject): Outcome => ({
  kind: 'protocol',
  message: `The answer has neither a result nor an error: ${printJson(response).slice(0, 200)}`,
  code: 'none',
  response,
})

// What a modern server answered, told apart: a result, an input-required result, or an error, each as it was written.

import { AppError } from '@gatehouse/errors'
import { rawMember } from '@gatehouse/upstream'

export type Reply =
  | { readonly kind: 'result'; readonly result: string }
  /** Both as they were written; at least one is there. */
  | { readonly kind: 'input'; readonly requests: string | undefined; readonly state: string | undefined }
  | { readonly kind: 'error'; readonly code: number; readonly error: string }

/**
 * Undefined for what is no response, or one to another request.
 * @param idRaw of the request
 * @throws AppError upstream_invalid for a result of a type that no older revision knows
 */
export function readReply(text: string, idRaw: string): Reply | undefined {
  if (rawMember(text, 'method') !== undefined) return undefined
  if (!isAnswerTo(idRaw, text)) return undefined
  const error = rawMember(text, 'error')
  if (error?.startsWith('{')) return { kind: 'error', code: Number(rawMember(error, 'code')), error }
  const result = rawMember(text, 'result')
  if (!result?.startsWith('{')) return undefined
  const type = rawMember(result, 'resultType')
  if (type === undefined || type === '"complete"') return { kind: 'result', result }
  if (type !== '"input_required"') {
    throw new AppError('upstream_invalid', {
      what: `it answered with a result of the type ${type.slice(0, 64)}`,
    })
  }
  const [requests, state] = [rawMember(result, 'inputRequests'), rawMember(result, 'requestState')]
  if (requests === undefined && state === undefined) {
    throw new AppError('upstream_invalid', { what: 'it asks for input without saying what for' })
  }
  if (requests !== undefined && !requests.startsWith('{'))
    throw new AppError('upstream_invalid', { what: 'it asks for input, but not by names' })
  return { kind: 'input', requests, state }
}

/** Of a message without a method. A server that could not read the id answers an error without one. */
export function isAnswerTo(idRaw: string, text: string): boolean {
  const given = rawMember(text, 'id') ?? 'null'
  if (given === 'null') return rawMember(text, 'result') === undefined
  return given === idRaw || JSON.parse(given) === JSON.parse(idRaw)
}

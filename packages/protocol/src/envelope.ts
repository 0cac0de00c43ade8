// The one read of a body: a message, or from old clients an array of them. Strict at the top level, in `params` and in
// `params._meta`; below that only grammar and depth count. One message: message.ts. Next: classify.ts.

import { isUtf8 } from 'node:buffer'
import { AppError } from '@gatehouse/errors'
import { InvalidMessage, type RpcId } from './invalid-message.ts'
import type { Members, Range } from './members.ts'
import { Message, scanMessage } from './message.ts'
import type { Claim } from './meta.ts'
import { afterValue, closeBracket, enter, openBracket, refuseRest, skipSpace } from './scan.ts'

export interface Envelope {
  readonly kind: 'request' | 'notification' | 'response' | 'batch'
  /** Undefined where the message has none. */
  readonly id: RpcId | undefined
  /** The id as it was written, for answers that must repeat it exactly. */
  readonly idRaw: string | undefined
  readonly method: string | undefined
  /** `params.name`, `params.uri` or `params.taskId`, where the method has one and it is a string. */
  readonly name: string | undefined
  /** Where that string stands, with its quotes. */
  readonly nameRange: Range | undefined
  /** What `params._meta` says of the revision; undefined where it says nothing. */
  readonly claim: Claim | undefined
  /** `params._meta`, parsed when it is asked for; undefined where it is absent or no object. */
  readonly meta: Readonly<Record<string, unknown>> | undefined
  /** `params.protocolVersion`, which initialize carries. */
  readonly requestedVersion: string | undefined
  readonly paramsRange: Range | undefined
  /** Elements of a batch; else empty. */
  readonly messages: readonly Envelope[]
}

const maxBatch = 50

/**
 * Reads a body of one message or, from old clients, an array of at most 50.
 * @throws AppError parse_error for every text that is not JSON or too deep, else invalid_message for what is no message
 */
export function readEnvelope(body: Buffer): Envelope {
  if (!isUtf8(body)) throw new AppError('parse_error', { what: 'the body is not valid UTF-8' })
  const start = skipSpace(body, 0)
  if (body[start] === openBracket) return readBatch(body, start)
  const found = scanMessage(body, start, 0)
  refuseRest(body, found.end)
  return new Message(body, found)
}

function readBatch(body: Buffer, start: number): Envelope {
  const elements: Members[] = []
  let at = enter(body, start, 0)
  while (body[at] !== closeBracket || elements.length > 0) {
    const element = scanMessage(body, at, 1)
    if (elements.length <= maxBatch) elements.push(element)
    at = afterValue(body, element.end, closeBracket)
    if (body[at] === closeBracket) break
    at = skipSpace(body, at + 1)
  }
  refuseRest(body, at + 1)
  if (elements.length === 0) throw new InvalidMessage('the batch is empty')
  if (elements.length > maxBatch) throw new InvalidMessage(`a batch has at most ${maxBatch} messages`)
  return { ...nothing, kind: 'batch', messages: elements.map((element) => new Message(body, element)) }
}

const nothing = {
  id: undefined,
  idRaw: undefined,
  method: undefined,
  name: undefined,
  nameRange: undefined,
  claim: undefined,
  meta: undefined,
  requestedVersion: undefined,
  paramsRange: undefined,
} as const

// One message of a body: its members as the scanner found them, and the envelope that they make.

import type { Envelope } from './envelope.ts'
import { InvalidMessage, type RpcId } from './invalid-message.ts'
import {
  type Members,
  noMembers,
  type Range,
  rangeOf,
  readMembers,
  shape,
  startOf,
  textAt,
} from './members.ts'
import { type Claim, metaShape, readClaim } from './meta.ts'
import { nameMemberOf } from './methods.ts'
import { openBrace, quote, skipValue } from './scan.ts'

// `_meta` and `params` stand last, because members of theirs are read too.
const paramNames = ['name', 'uri', 'taskId', 'protocolVersion', '_meta']
const paramsShape = shape(paramNames, metaShape)
const messageShape = shape(['jsonrpc', 'id', 'method', 'result', 'error', 'params'], paramsShape)
const [jsonrpc, id, method, result, error, params] = [0, 1, 2, 3, 4, 5]
const [protocolVersion, meta] = [3, 4]

/** Moves over one message without judging it. @throws AppError parse_error */
export function scanMessage(body: Buffer, start: number, depth: number): Members {
  if (body[start] === openBrace) return readMembers(body, start, depth, messageShape)
  const end = skipValue(body, start, depth)
  return { ...noMembers(messageShape), end, problem: 'a message is a JSON object' }
}

const noMessages: readonly Envelope[] = []

/** The envelope that the members of one message make. */
export class Message implements Envelope {
  readonly kind: 'request' | 'notification' | 'response'
  readonly id: RpcId | undefined
  readonly idRaw: string | undefined
  readonly method: string | undefined
  readonly name: string | undefined
  readonly nameRange: Range | undefined
  readonly claim: Claim | undefined
  readonly requestedVersion: string | undefined
  readonly paramsRange: Range | undefined
  readonly messages = noMessages
  readonly #body: Buffer
  readonly #metaRange: Range | undefined

  /** @throws InvalidMessage */
  constructor(body: Buffer, found: Members) {
    const idRange = rangeOf(found, id)
    this.idRaw = idRange && body.toString('utf8', idRange[0], idRange[1])
    this.id = this.idRaw === undefined ? undefined : toId(this.idRaw)
    const problem = found.problem ?? shapeProblem(body, found, this.id)
    if (problem !== undefined) throw new InvalidMessage(problem, this.id ?? undefined)
    this.method = textAt(body, found, method)
    this.kind = this.method === undefined ? 'response' : idRange === undefined ? 'notification' : 'request'
    this.#body = body
    if (this.method === undefined) return

    const { inner } = found
    if (inner !== undefined) {
      const named = paramNames.indexOf(nameMemberOf(this.method) ?? '')
      this.name = textAt(body, inner, named)
      this.nameRange = this.name === undefined ? undefined : rangeOf(inner, named)
      this.requestedVersion = textAt(body, inner, protocolVersion)
      this.paramsRange = rangeOf(found, params)
      this.claim = inner.inner && readClaim(body, inner.inner)
      this.#metaRange = inner.inner && rangeOf(inner, meta)
    }
    const trouble = inner?.problem ?? inner?.inner?.problem ?? tornName(this)
    if (trouble !== undefined) throw new InvalidMessage(trouble, this.id ?? undefined)
  }

  get meta(): Readonly<Record<string, unknown>> | undefined {
    const range = this.#metaRange
    if (range === undefined) return undefined
    return JSON.parse(this.#body.toString('utf8', ...range)) as Readonly<Record<string, unknown>> // it begins with a brace
  }
}

function tornName({ method, name, requestedVersion, claim }: Envelope): string | undefined {
  const torn = isTorn(method) || isTorn(name) || isTorn(requestedVersion) || isTorn(claim?.version)
  return torn ? 'a name holds half of a surrogate pair' : undefined
}

const isTorn = (text: string | undefined) => text !== undefined && !text.isWellFormed()

function shapeProblem(body: Buffer, found: Members, idValue: RpcId | undefined): string | undefined {
  if (!isVersion2(body, startOf(found, jsonrpc))) return `'jsonrpc' must be "2.0"`
  const has = (index: number) => startOf(found, index) !== 0
  const outcomes = Number(has(result)) + Number(has(error))
  if (!has(method)) {
    if (outcomes === 1 && (has(id) || has(error))) return undefined
    return "a message has a 'method', or an 'id' with either 'result' or 'error'"
  }
  if (outcomes > 0) return "a message has a 'method' or an outcome, not both"
  if (body[startOf(found, method)] !== quote) return "'method' must be a string"
  if (idValue === null) return "'id' must be a string or a whole number"
  if (has(params) && found.inner === undefined) return "'params' must be an object"
  return undefined
}

/** `"2.0"`; as the fifth byte is the quote that ends it, nothing needs decoding. */
const isVersion2 = (body: Buffer, at: number) =>
  body[at] === quote &&
  body[at + 1] === 0x32 &&
  body[at + 2] === 0x2e &&
  body[at + 3] === 0x30 &&
  body[at + 4] === quote

/** @throws InvalidMessage where it is neither a string, a whole number nor null */
function toId(written: string): RpcId {
  if (written.startsWith('"')) return JSON.parse(written) as string // it begins with a quote
  if (written === 'null') return null
  const value = Number(written) // NaN for what is no number
  if (Number.isInteger(value)) return value
  throw new InvalidMessage("'id' must be a string or a whole number")
}

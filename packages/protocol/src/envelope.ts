// The one read of a message: what kind it is, its id, method and name, and where they stand in the bytes. Strict at the top
// level, in `params` and in `params._meta`; below that only grammar and depth count. Next: classify.ts.

import { isUtf8 } from 'node:buffer'
import { AppError } from '@gatehouse/errors'
import { metaClientCapabilities, metaClientInfo, metaVersion } from './headers.ts'
import { nameMemberOf } from './methods.ts'
import { type Cursor, eachElement, eachMember, skipSpace, skipValue } from './scan.ts'

/** First byte and the one after the last. */
export type Range = readonly [start: number, end: number]
export type RpcId = string | number | null

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
  /** `params._meta`, parsed; undefined where it is absent or no object. */
  readonly meta: Readonly<Record<string, unknown>> | undefined
  /** `params.protocolVersion`, which initialize carries. */
  readonly requestedVersion: string | undefined
  readonly paramsRange: Range | undefined
  /** Elements of a batch; else empty. */
  readonly messages: readonly Envelope[]
}

const topMembers = ['jsonrpc', 'id', 'method', 'params', 'result', 'error']
const paramMembers = ['name', 'uri', 'taskId', '_meta', 'protocolVersion']
const metaMembers = [metaVersion, metaClientInfo, metaClientCapabilities]
const maxBatch = 50

/**
 * Reads a body of one message or, from old clients, an array of at most 50.
 * @throws AppError parse_error, or invalid_message when it is JSON but no message
 */
export function readEnvelope(body: Buffer): Envelope {
  if (!isUtf8(body)) throw new AppError('parse_error', { what: 'the body is not valid UTF-8' })
  const c: Cursor = { bytes: body, at: 0 }
  skipSpace(c)
  const envelope = body[c.at] === 0x5b ? readBatch(c) : readMessage(c, 0)
  skipSpace(c)
  if (c.at !== body.length)
    throw new AppError('parse_error', { what: `the message ends at byte ${c.at}, but more follows` })
  return envelope
}

/** An `invalid_message` of which the id could be read, so that its refusal can name it. */
export class InvalidMessage extends AppError {
  readonly rpcId: RpcId | undefined

  constructor(what: string, rpcId?: RpcId) {
    super('invalid_message', { what })
    this.rpcId = rpcId
  }
}

function readBatch(c: Cursor): Envelope {
  const messages: Envelope[] = []
  eachElement(c, 0, () => {
    if (messages.length === maxBatch) throw new InvalidMessage(`a batch has at most ${maxBatch} messages`)
    messages.push(readMessage(c, 1))
  })
  if (messages.length === 0) throw new InvalidMessage('the batch is empty')
  return { ...nothing, kind: 'batch', messages }
}

const nothing = {
  id: undefined,
  idRaw: undefined,
  method: undefined,
  name: undefined,
  nameRange: undefined,
  meta: undefined,
  requestedVersion: undefined,
  paramsRange: undefined,
  messages: [],
} as const

function readMessage(c: Cursor, depth: number): Envelope {
  const first = c.bytes[c.at]
  if (first !== 0x7b) {
    skipValue(c, depth)
    throw new InvalidMessage('a message is a JSON object')
  }
  const top = readMembers(c, depth, topMembers)
  const idRange = top.ranges.get('id')
  const id = idRange && readId(c, idRange)
  const refuse = (what: string): never => {
    throw new InvalidMessage(what, id === null ? undefined : id)
  }
  const problem = top.problem ?? shapeProblem(c, top.ranges, id)
  if (problem) refuse(problem)

  const common = { ...nothing, id, idRaw: idRange && text(c, idRange) }
  const methodRange = top.ranges.get('method')
  if (methodRange === undefined) return { ...common, kind: 'response' }
  const method = parse(c, methodRange) as string // shapeProblem saw that it is a string
  const kind = idRange === undefined ? 'notification' : 'request'
  const paramsRange = top.ranges.get('params')
  if (paramsRange === undefined) return { ...common, kind, method }
  return { ...common, kind, method, paramsRange, ...readParams(c, paramsRange, depth + 1, method, refuse) }
}

function readParams(c: Cursor, range: Range, depth: number, method: string, refuse: (what: string) => never) {
  const params = readMembers({ bytes: c.bytes, at: range[0] }, depth, paramMembers)
  if (params.problem) refuse(params.problem)
  const string = (member: string) => {
    const at = params.ranges.get(member)
    return at && c.bytes[at[0]] === 0x22 ? { at, value: parse(c, at) as string } : undefined // it begins with a quote
  }
  const metaRange = params.ranges.get('_meta')
  let meta: Readonly<Record<string, unknown>> | undefined
  if (metaRange && c.bytes[metaRange[0]] === 0x7b) {
    const members = readMembers({ bytes: c.bytes, at: metaRange[0] }, depth + 1, metaMembers)
    if (members.problem) refuse(members.problem)
    meta = parse(c, metaRange) as Readonly<Record<string, unknown>> // it begins with a brace
  }
  const member = nameMemberOf(method)
  const name = member && string(member)
  return { name: name?.value, nameRange: name?.at, meta, requestedVersion: string('protocolVersion')?.value }
}

/** Ranges of the members of an object that we read, and what is wrong with its members, if anything. */
function readMembers(c: Cursor, depth: number, known: readonly string[]) {
  const ranges = new Map<string, Range>()
  const seen = new Set<string>()
  let problem: string | undefined
  eachMember(c, depth, (keyStart, keyEnd) => {
    const key = parse(c, [keyStart, keyEnd]) as string // a member name is a string
    if (key === '__proto__') problem ??= `the member '__proto__' is not allowed here`
    if (seen.has(key)) problem ??= `the member '${key}' stands there twice`
    seen.add(key)
    const start = c.at
    skipValue(c, depth + 1)
    if (known.includes(key)) ranges.set(key, [start, c.at])
    else {
      const variant = known.find((name) => name.toLowerCase() === key.toLowerCase())
      if (variant) problem ??= `write the member '${variant}' exactly so, not '${key}'`
    }
  })
  return { ranges, problem }
}

function shapeProblem(
  c: Cursor,
  ranges: ReadonlyMap<string, Range>,
  id: RpcId | undefined,
): string | undefined {
  const version = ranges.get('jsonrpc')
  if (version === undefined || text(c, version) !== '"2.0"') return `'jsonrpc' must be "2.0"`
  const [method, params] = [ranges.get('method'), ranges.get('params')]
  const outcomes = Number(ranges.has('result')) + Number(ranges.has('error'))
  if (method === undefined) {
    if (outcomes === 1 && (ranges.has('id') || ranges.has('error'))) return undefined
    return "a message has a 'method', or an 'id' with either 'result' or 'error'"
  }
  if (outcomes > 0) return "a message has a 'method' or an outcome, not both"
  if (c.bytes[method[0]] !== 0x22) return "'method' must be a string"
  if (id === null) return "'id' must be a string or a whole number"
  if (params && c.bytes[params[0]] !== 0x7b) return "'params' must be an object"
  return undefined
}

/** @throws InvalidMessage where it is neither a string, a whole number nor null */
function readId(c: Cursor, range: Range): RpcId {
  const value = parse(c, range)
  if (typeof value === 'string' || value === null || Number.isInteger(value)) return value as RpcId
  throw new InvalidMessage("'id' must be a string or a whole number")
}

const text = (c: Cursor, [start, end]: Range) => c.bytes.toString('utf8', start, end)
const parse = (c: Cursor, range: Range): unknown => JSON.parse(text(c, range))

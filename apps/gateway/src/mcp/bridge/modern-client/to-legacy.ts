// A modern request as a legacy server takes it, by surgery on its text: what every modern request says of itself is gone, all
// else stays as it was written.

import { AppError } from '@gatehouse/errors'
import { metaVersion } from '@gatehouse/protocol'
import { rawMember, rawMembers, setMember, withoutMember, withoutMembers } from '@gatehouse/upstream'
import type { Message } from '../../call.ts'
import type { Binding } from '../../sealed-state.ts'
import { clientCapabilities } from './capabilities.ts'
import { mayBeAsked } from './questions.ts'

/** The parts of a client's request that matter here; texts are JSON as it was written. */
export interface Request {
  readonly method: string
  /** The client's id. */
  readonly idRaw: string
  readonly params: string | undefined
  readonly progressToken: string | undefined
  readonly logLevel: string | undefined
  /** Of the client, as they are declared to the server. */
  readonly capabilities: Readonly<Record<string, unknown>>
  /** Of a retry: the answers, and the state that came with the questions. */
  readonly inputResponses: string | undefined
  readonly requestState: string | undefined
  /** What a state is good for. */
  readonly binding: Binding
}

const ownPrefix = metaVersion.slice(0, metaVersion.indexOf('/') + 1)
const levels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']
const nameMember = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
])

/** @throws AppError invalid_params */
export function readRequest({ body, envelope }: Message): Request {
  const method = envelope.method ?? ''
  const params = rawMember(body.toString('utf8'), 'params')
  const member = (name: string) => (params === undefined ? undefined : rawMember(params, name))
  const meta = member('_meta')
  const ofMeta = (name: string) => (meta === undefined ? undefined : rawMember(meta, name))
  const retries = mayBeAsked(method)
  return {
    method,
    idRaw: envelope.idRaw ?? 'null',
    params,
    progressToken: ofMeta('progressToken'),
    logLevel: levelOf(ofMeta(`${ownPrefix}logLevel`)),
    capabilities: clientCapabilities(envelope),
    inputResponses: retries ? objectText(member('inputResponses'), 'inputResponses') : undefined,
    requestState: retries ? stateOf(member('requestState')) : undefined,
    binding: {
      method,
      name: stringOf(member(nameMember.get(method) ?? '')),
      argumentsText: member('arguments'),
    },
  }
}

/**
 * The request with another id and, where the client wants progress, that id as its token: clients of one session may choose
 * equal ones.
 */
export function legacyRequest(request: Request, id: string): string {
  const idText = JSON.stringify(id)
  const head = `{"jsonrpc":"2.0","id":${idText},"method":${JSON.stringify(request.method)}`
  const params = legacyParams(request.params, mayBeAsked(request.method))
  if (params === undefined) return `${head}}`
  if (request.progressToken === undefined) return `${head},"params":${params}}`
  const meta = setMember(rawMember(params, '_meta') ?? '{}', 'progressToken', idText)
  return `${head},"params":${setMember(params, '_meta', meta)}}`
}

/** A notification without the modern members of `_meta`. */
export function legacyNotification({ body, envelope }: Message): string {
  const params = legacyParams(rawMember(body.toString('utf8'), 'params'), false)
  const head = `{"jsonrpc":"2.0","method":${JSON.stringify(envelope.method)}`
  return params === undefined ? `${head}}` : `${head},"params":${params}}`
}

function legacyParams(params: string | undefined, retries: boolean): string | undefined {
  if (params === undefined) return undefined
  let text = params
  if (retries) text = withoutMember(withoutMember(text, 'inputResponses'), 'requestState')
  const meta = rawMember(text, '_meta')
  if (meta === undefined) return text
  const kept = withoutMembers(meta, (name) => name.startsWith(ownPrefix))
  return rawMembers(kept).length === 0 ? withoutMember(text, '_meta') : setMember(text, '_meta', kept)
}

function levelOf(raw: string | undefined): string | undefined {
  const level = raw === undefined ? undefined : (JSON.parse(raw) as unknown)
  if (level === undefined || (typeof level === 'string' && levels.includes(level))) return level
  throw new AppError('invalid_params', { what: `${ownPrefix}logLevel is no log level` })
}

function objectText(raw: string | undefined, name: string): string | undefined {
  if (raw === undefined || raw.startsWith('{')) return raw
  throw new AppError('invalid_params', { what: `${name} must be an object` })
}

function stateOf(raw: string | undefined): string | undefined {
  if (raw === undefined || raw.startsWith('"')) return stringOf(raw)
  throw new AppError('invalid_params', { what: 'requestState must be a string' })
}

function stringOf(raw: string | undefined): string | undefined {
  const value = raw === undefined ? undefined : (JSON.parse(raw) as unknown)
  return typeof value === 'string' ? value : undefined
}

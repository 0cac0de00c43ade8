// Asks a server for one of its lists, every page, in an era that it speaks: the modern one where there is a choice, as only there a
// list says how long it holds.

import { randomUUID } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import {
  type FetchedList,
  type ListMethod,
  legacyHeaders,
  listKinds,
  type Reply,
  readList,
} from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import { ServerChanged } from '../../registry/knowledge.ts'
import { type Conversation, converse, type Outgoing } from '../../upstream/converse.ts'
import { isAnswerTo } from '../bridge/legacy-client/reply.ts'
import { modernHeaders, toModern } from '../bridge/legacy-client/to-modern.ts'
import type { Bearer } from '../session-token.ts'
import { ourselves } from './greetings.ts'

/** @throws AppError upstream_*, era_mismatch; ServerChanged */
export type FetchList = (method: ListMethod, bearer: Bearer) => Promise<FetchedList>

type Parts = Pick<Deps, 'knowledge' | 'pools' | 'via' | 'eras' | 'upstreamSessions'>

/** For all pages together, in ms. */
const timeoutMs = 20_000
/** Of what is no answer to us. */
const maxNoise = 16 * 1024 * 1024
/** A server that has forgotten even a fresh session will not remember the next. */
const maxSessions = 2

export const createFetchList =
  (parts: Parts): FetchList =>
  async (method, bearer) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const fetchModern = () =>
      readList(method, (_, params) => askModern(parts, bearer, method, params, signal))
    const { modern } = await parts.eras.probe(bearer)
    if (modern === true) return fetchModern()
    try {
      return await fetchLegacy(parts, bearer, method, signal)
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'era_mismatch') throw thrown
      parts.eras.learn(bearer, 'legacy', false)
      return fetchModern()
    }
  }

async function askModern(
  parts: Parts,
  bearer: Bearer,
  method: ListMethod,
  params: object,
  signal: AbortSignal,
): Promise<Reply> {
  const id = randomUUID()
  const request = JSON.stringify({ jsonrpc: '2.0', id, method, params })
  const headers = modernHeaders(method, undefined)
  return ask(parts, bearer, id, { headers, body: toModern(request, ourselves, undefined), signal })
}

async function fetchLegacy(
  parts: Parts,
  bearer: Bearer,
  method: ListMethod,
  signal: AbortSignal,
): Promise<FetchedList> {
  for (let attempt = 1; ; attempt += 1) {
    const session = await parts.upstreamSessions.open(bearer, { capabilities: {} })
    if (session === undefined) throw new ServerChanged(bearer.server.slug)
    // Servers without tools are rare, and some forget to declare them.
    const kind = listKinds[method].capability
    if (kind !== 'tools' && !has(session.capabilities, kind)) return { entries: [], ttlMs: null }
    let forgotten = false
    try {
      return await readList(method, async (_, params) => {
        const id = session.nextId()
        const body = JSON.stringify({ jsonrpc: '2.0', id, method, params })
        const headers = Object.entries(legacyHeaders(session))
        const reply = await ask(parts, bearer, id, { headers, body, signal })
        forgotten = reply.status === 404 && session.sessionId !== undefined
        return reply
      })
    } catch (thrown) {
      if (!forgotten || attempt === maxSessions) throw thrown
      await parts.upstreamSessions.forget(bearer, session)
    }
  }
}

const has = (capabilities: unknown, name: string) =>
  typeof capabilities === 'object' && capabilities !== null && Object.hasOwn(capabilities, name)

async function ask(
  parts: Parts,
  bearer: Bearer,
  id: string,
  outgoing: Omit<Outgoing, 'patienceMs'>,
): Promise<Reply> {
  const conversation = await converse(parts, bearer, { ...outgoing, patienceMs: timeoutMs })
  try {
    return await replyOf(conversation, JSON.stringify(id))
  } catch (thrown) {
    if (outgoing.signal?.aborted) throw new AppError('upstream_timeout')
    throw thrown
  } finally {
    conversation.close()
  }
}

async function replyOf({ status, messages }: Conversation, idRaw: string): Promise<Reply> {
  let noise = 0
  for await (const text of messages) {
    noise += text.length
    if (noise > maxNoise) throw new AppError('upstream_invalid', { what: 'it says much and never answers' })
    const { method, result, error } = JSON.parse(text) as Partial<Response> // read defensively
    if (method !== undefined || (result === undefined && typeof error?.code !== 'number')) continue
    if (!isAnswerTo(idRaw, text)) continue
    return {
      status,
      sessionId: undefined,
      response: { text, ...(result && { result }), ...(error && { error }) },
    }
  }
  return { status, sessionId: undefined, response: undefined }
}

type Response = NonNullable<Reply['response']> & { readonly method: unknown }

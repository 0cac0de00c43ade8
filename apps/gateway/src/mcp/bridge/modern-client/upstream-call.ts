// A call in a legacy session, from its request to its response, however many connections and questions lie between. It is read
// all the time, whether its client waits or is being asked. Next: follow.ts for the messages themselves.

import { AppError } from '@gatehouse/errors'
import { rawMember } from '@gatehouse/upstream'
import type { Deps } from '../../../deps.ts'
import type { OpenSession } from '../../../upstream/sessions.ts'
import type { Bearer } from '../../session-token.ts'
import { isObject } from './capabilities.ts'
import { type CallOptions, follow, type Sent } from './follow.ts'
import { refuseRequest, tell } from './in-session.ts'
import { type Question, questionOf } from './questions.ts'
import { afterSending } from './read-answer.ts'

export interface UpstreamCall {
  /**
   * Waits for what the client has to be told: the response, or questions.
   * @param notify takes what the server tells meanwhile; awaited, so that a slow client slows the server down
   * @throws whatever the call failed with
   */
  next(notify: (text: string, id: string) => Promise<void>): Promise<Next>
  /** The client's answers, as JSON text by key, go to the server; keys that nobody asked for are passed over. */
  answer(answers: ReadonlyMap<string, string>): Promise<void>
  /** Tells the server, and leaves. Never rejects. */
  cancel(reason: string): Promise<void>
  /** Leaves without a word: its session ends too. */
  leave(reason: string): void
}

export type Next =
  | { readonly kind: 'response'; readonly text: string; readonly session: OpenSession }
  | { readonly kind: 'asked'; readonly questions: readonly Question[]; readonly session: OpenSession }

/** Questions that come together within so long are one round. */
const roundMs = 50
const maxOpen = 64
/** Of what the server tells or asks while its client is being asked, in characters. */
const maxKept = 1024 * 1024
const maxAsked = 16 * 1024 * 1024

export function callUpstream(deps: Deps, bearer: Bearer, options: CallOptions): UpstreamCall {
  const leaving = new AbortController()
  const open = new Map<string, Question>()
  const kept: string[] = []
  let sent: Sent | undefined
  let outcome: { readonly text: string } | { readonly thrown: unknown } | undefined
  let client: ((text: string, id: string) => Promise<void>) | undefined
  let asked = 0
  let keptLength = 0
  let wake = () => {}

  const onRequest = (to: Sent, text: string, method: string, params: unknown) => {
    const isFull = open.size >= maxOpen || lengthOf([...open.values()]) + text.length > maxAsked
    const refusal = options.refusal(method, params) ?? (isFull ? tooMany : undefined)
    if (refusal) return refuseRequest(deps, bearer, to.session, text, method, refusal)
    asked += 1
    const question = questionOf(text, method, `${method.slice(0, method.indexOf('/'))}-${asked}`)
    open.set(question.key, question)
    wake()
  }
  const onNotification = async (to: Sent, text: string, method: string, params: unknown) => {
    if (method === 'notifications/cancelled') return withdraw(rawMember(text, 'params'))
    if (unrelated.has(method) || (method === 'notifications/progress' && !ofCall(params, to.id))) return
    if (client) return client(text, to.id)
    kept.push(text)
    keptLength += text.length
    while (keptLength > maxKept) keptLength -= kept.shift()?.length ?? keptLength
  }
  /** The server gives up a question. */
  const withdraw = (params: string | undefined) => {
    const idRaw = params === undefined ? undefined : rawMember(params, 'requestId')
    for (const question of open.values()) if (question.idRaw === idRaw) open.delete(question.key)
    wake()
  }

  const run = async () => {
    try {
      const text = await follow(deps, bearer, options, leaving.signal, {
        sent: (now) => {
          sent = now
        },
        onRequest,
        onNotification,
        waits: () => open.size > 0,
      })
      outcome = { text }
    } catch (thrown) {
      outcome = { thrown }
    }
    open.clear()
    wake()
  }
  void run()

  /** True where something happened within that time. */
  const change = (withinMs?: number) =>
    new Promise<boolean>((resolve) => {
      const timer = withinMs === undefined ? undefined : setTimeout(() => resolve(false), withinMs)
      wake = () => {
        clearTimeout(timer)
        resolve(true)
      }
    })

  const leave = (reason: string) => leaving.abort(new AppError('upstream_unreachable', { what: reason }))

  return {
    async next(notify) {
      try {
        for (let text = kept.shift(); text !== undefined; text = kept.shift()) {
          keptLength -= text.length
          await notify(text, sent?.id ?? '')
        }
        client = notify
        for (;;) {
          if (outcome && 'thrown' in outcome) throw outcome.thrown
          if (outcome && sent) return { kind: 'response', text: outcome.text, session: sent.session }
          const settled = open.size > 0 && !(await change(roundMs))
          if (settled && sent && open.size > 0)
            return { kind: 'asked', questions: [...open.values()], session: sent.session }
          if (open.size === 0 && outcome === undefined) await change()
        }
      } finally {
        client = undefined
      }
    },
    async answer(answers) {
      for (const [key, value] of answers) {
        const question = open.get(key)
        if (question === undefined || sent === undefined) continue
        open.delete(key)
        const text = `{"jsonrpc":"2.0","id":${question.idRaw},"result":${value}}`
        const status = await tell(deps, bearer, sent.session, text, options.patienceMs).catch(afterSending)
        if (status >= 400)
          throw new AppError('upstream_invalid', { what: `it took an answer with status ${status}` })
      }
    },
    async cancel(reason) {
      if (outcome !== undefined || leaving.signal.aborted) return
      if (sent !== undefined) {
        const params = JSON.stringify({ requestId: sent.id, reason })
        const text = `{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}`
        await tell(deps, bearer, sent.session, text, cancelMs).catch(() => {})
      }
      leave(reason)
    },
    leave,
  }
}

/** A server that does not take a cancellation soon won't take it at all. */
const cancelMs = 1_000

const tooMany = { code: -32603, message: 'Too many questions are open already' }

const lengthOf = (questions: readonly Question[]) =>
  questions.reduce((sum, { request }) => sum + request.length, 0)

/** What belongs to no call, or to nothing that a modern client knows. */
const unrelated = new Set([
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/elicitation/complete',
  'notifications/tasks/status',
])

const ofCall = (params: unknown, id: string) => isObject(params) && params.progressToken === id

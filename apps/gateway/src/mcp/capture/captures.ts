// Calls of servers in capture mode: what they said is copied, masked, and sent to the registry after their records. Best effort and
// bounded: what finds no room, or a registry that is away, is not captured. What is copied: copy.ts.

import { AppError } from '@gatehouse/errors'
import type { CapturedCall, ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Logger } from 'pino'
import type { RegistryClient } from '../../registry/client.ts'
import type { Knowledge } from '../../registry/knowledge.ts'
import type { Call, Trace } from '../call.ts'
import { Copy, copyAnswer } from './copy.ts'
import { maskHeaders, secretsIn } from './mask.ts'

/** One call that is being copied. */
export interface Capture {
  /** @param id of its record */
  keep(id: string, trace: Trace): void
  /** There is no record of it. */
  drop(): void
}

export interface Captures {
  /** Copies what is written to the client from here on. Undefined where the mode has ended, or there is no room. */
  begin(call: Call, server: ResolvedServer, body: Buffer): Capture | undefined
  /** Calls that were not kept: there was no room, or the registry refused them. */
  readonly lost: number
  /** Sends what is left, within 1.5 s; for the stop. */
  close(): Promise<void>
}

interface Parts {
  readonly client: Pick<RegistryClient, 'sendCaptured'>
  readonly knowledge: Pick<Knowledge, 'known'>
  /** Unix time in ms. */
  readonly now: () => number
  readonly log: Logger
}

/** Being copied or waiting: at most 128 KiB each before they are sent. */
const maxCalls = 200
const maxCallsPerPost = 20
const intervalMs = 400
const retryMs = 2_000
const closeMs = 1_500

/** Of the client's own headers: these would let others act as the client. */
const secretNames = ['authorization', 'x-api-key', 'cookie', 'proxy-authorization', 'mcp-session-id']

export function createCaptures({ client, knowledge, now, log }: Parts): Captures {
  const waiting: CapturedCall[] = []
  let open = 0
  let lost = 0
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> | undefined

  const sendAll = async () => {
    while (waiting.length > 0) {
      const some = waiting.slice(0, maxCallsPerPost)
      try {
        await client.sendCaptured(some)
      } catch (error) {
        const refused = error instanceof AppError && error.code === 'invalid_request_body'
        log.warn({ err: error, refused }, 'captured calls could not be sent')
        if (!refused) return later(retryMs)
        lost += some.length
      }
      waiting.splice(0, some.length)
      open -= some.length
    }
  }
  const flush = () => {
    sending ??= sendAll().finally(() => {
      sending = undefined
    })
    return sending
  }
  const later = (ms: number) => {
    timer ??= setTimeout(() => {
      timer = undefined
      void flush()
    }, ms).unref()
  }

  return {
    get lost() {
      return lost
    },
    begin(call, server, body) {
      const { caller, request } = call
      const { capture_until_ms: untilMs = 0 } = server
      if (caller.kind === 'health' || now() >= untilMs) return undefined
      if (open >= maxCalls) {
        lost += 1
        return undefined
      }
      open += 1
      const sent = new Copy()
      sent.take(body)
      const answer = copyAnswer(call.response)
      const own = secretNames.flatMap((name) => request.headers[name] ?? [])
      /** Undefined where nobody knows. */
      const attached = (): string[] | undefined => {
        try {
          return knowledge.known(caller, server)?.headers.map(([, value]) => value)
        } catch {
          return undefined
        }
      }
      const before = attached()
      return {
        keep(id, trace) {
          const after = attached()
          const isKnown = trace.attachedHeaders.length === 0 || (before ?? after) !== undefined
          const secrets = secretsIn([...own, ...(before ?? []), ...(after ?? [])])
          const unseen = { body: '', truncated: true, masked: false }
          waiting.push({
            id,
            workspace_id: caller.workspace_id,
            server_id: server.id,
            started_at_ms: call.startedAtMs,
            request: { headers: maskHeaders(request.rawHeaders), ...sent.text(secrets) },
            // A server may repeat what it was sent: a credential that can't be masked is not kept.
            response: { headers: answer.headers(), ...(isKnown ? answer.body.text(secrets) : unseen) },
          })
          later(intervalMs)
        },
        drop() {
          open -= 1
        },
      }
    },
    async close() {
      clearTimeout(timer)
      const sent = flush().then(flush)
      const late = new Promise<void>((resolve) => setTimeout(resolve, closeMs).unref())
      await Promise.race([sent, late])
    },
  }
}

// One HTTP request to a server, of which only the head of the answer is looked at; and whether it speaks the transport of 2024.

import { type Egress, readBody, toUpstreamError } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import { modernHeaders, modernMeta } from '@gatehouse/upstream'
import type { Steps } from './steps.ts'

/** Where to ask, and with what. */
export interface Asked {
  readonly pool: ReturnType<Egress['upstreamPool']>
  readonly url: URL
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly signal: AbortSignal
}

const headMs = 5_000

/** What the head said; null where the server can't be spoken to. */
export interface Head {
  readonly challenge: string
}

/** Asks for `server/discover`: whoever answers at all, answers that somehow. */
export async function askHttp(asked: Asked, steps: Steps): Promise<Head | null> {
  const method = 'server/discover'
  steps.begin('http')
  try {
    const { statusCode, headers, body } = await send(
      asked,
      'POST',
      {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        ...modernHeaders(method),
      },
      JSON.stringify({ jsonrpc: '2.0', id: 0, method, params: { _meta: modernMeta } }),
    )
    body.on('error', () => {}).destroy()
    const location = headers.location
    if ([301, 302, 303, 307, 308].includes(statusCode)) throw redirected(asked.url, location)
    if (statusCode === 429 || statusCode >= 500) steps.warn(`It answers, with status ${statusCode}`)
    else steps.end('done', `It answers, with status ${statusCode}`)
    return { challenge: String(headers['www-authenticate'] ?? '') }
  } catch (thrown) {
    const error = toUpstreamError(thrown)
    if (error.code !== 'upstream_timeout') {
      steps.fail(error)
      return null
    }
    // Some servers of the older revisions never answer what they don't know.
    steps.warn(`No answer within ${headMs / 1_000} s to a question that older servers do not know`)
    return { challenge: '' }
  }
}

/** True where a GET begins a stream with the event `endpoint`, as the transport of 2024-11-05 does. */
export async function speaksHttpSse(asked: Asked): Promise<boolean> {
  try {
    const { statusCode, headers, body } = await send(asked, 'GET', { accept: 'text/event-stream' })
    body.on('error', () => {})
    try {
      const isStream = /^text\/event-stream\b/i.test(String(headers['content-type'] ?? ''))
      return statusCode === 200 && isStream && (await beginsWithEndpoint(body))
    } finally {
      body.destroy()
    }
  } catch {
    return false
  }
}

async function beginsWithEndpoint(body: AsyncIterable<Uint8Array>): Promise<boolean> {
  async function* firstEvent() {
    let text = ''
    for await (const chunk of body) {
      text += Buffer.from(chunk).toString('latin1')
      yield chunk
      if (/\r?\n\r?\n/.test(text)) return
    }
  }
  const first = await readBody(firstEvent(), 64 * 1024)
  return /^event: ?endpoint\r?$/m.test(first.toString('latin1'))
}

function send(
  { pool, url, headers, signal }: Asked,
  method: 'GET' | 'POST',
  own: Readonly<Record<string, string>>,
  body: string | null = null,
) {
  const sent = { 'user-agent': 'gatehouse', 'accept-encoding': 'identity', ...own }
  return pool.request({
    path: url.pathname + url.search,
    method,
    headers: [...Object.entries(sent), ...headers].flat(),
    body,
    signal: AbortSignal.any([signal, AbortSignal.timeout(headMs)]),
  })
}

function redirected(from: URL, location: string | string[] | undefined): AppError {
  const to =
    typeof location === 'string' && URL.canParse(location, from.href) ? new URL(location, from) : undefined
  return new AppError('upstream_invalid', {
    todo: 'Use the address that it leads to: redirects are not followed',
    what: to ? `it redirects to ${to.origin}${to.pathname}` : 'it answers with a redirect to nowhere',
  })
}

// One request to the gateway through the console, and its answer: a JSON body, or a stream whose notifications are told as they come.

import { isObject, type Json, type JsonObject, textMember } from '../json/json.ts'
import { JsonProblem, parseSent } from '../json/parse-json.ts'
import { eventTexts } from './event-texts.ts'
import type { Answer } from './outcome.ts'
import type { HttpRequest } from './request.ts'

interface Sending {
  /** Of the address below `/mcp/`. */
  readonly path: string
  readonly token: string
  readonly request: HttpRequest
  readonly signal: AbortSignal
  readonly onNotification: (message: JsonObject) => void
}

/** Never rejects but for `signal`. */
export async function send({ path, token, request, signal, onNotification }: Sending): Promise<Answer> {
  const headers = new Headers()
  for (const [name, value] of request.headers) headers.set(name, value)
  headers.set('Authorization', `Bearer ${token}`)
  const none = { status: 0, requestId: null, response: undefined }
  let response: Response
  try {
    const address = `/api/gateway/mcp/${encodeURIComponent(path)}`
    response = await fetch(address, {
      method: 'POST',
      headers,
      body: request.body,
      signal,
      cache: 'no-store',
    })
  } catch {
    signal.throwIfAborted()
    return { ...none, instead: 'Nothing answered: check your connection and that the console runs' }
  }
  const answer = { status: response.status, requestId: response.headers.get('X-Request-Id') }
  try {
    const read = isStream(response)
      ? await readStream(response.body, onNotification)
      : readBody(await response.text(), response.status)
    return { ...answer, ...read }
  } catch (thrown) {
    signal.throwIfAborted()
    const instead =
      thrown instanceof JsonProblem ? noJson(thrown) : 'The answer broke off before a result came'
    return { ...answer, response: undefined, instead }
  }
}

type Body = ReadableStream<Uint8Array<ArrayBuffer>>
type Read = Pick<Answer, 'response' | 'instead'>

const isStream = (response: Response): response is Response & { body: Body } =>
  response.body !== null && response.headers.get('Content-Type')?.startsWith('text/event-stream') === true

const noJson = ({ message, line, column }: JsonProblem) =>
  `The answer can not be read: ${message} (line ${line}, column ${column})`

async function readStream(body: Body, onNotification: (message: JsonObject) => void): Promise<Read> {
  for await (const text of eventTexts(body)) {
    const message = parseSent(text)
    if (!isObject(message)) continue
    if (answers(message)) return { response: message, instead: '' }
    if (message.has('method') && !message.has('id')) onNotification(message)
  }
  return { response: undefined, instead: 'The stream ended before a result came' }
}

/** @throws JsonProblem where a good answer is no JSON */
function readBody(text: string, status: number): Read {
  const body = status < 300 ? parseSent(text) : attempt(text)
  if (isObject(body) && answers(body)) return { response: body, instead: '' }
  const said = textMember(body, 'detail') ?? textMember(body, 'error')
  return { response: undefined, instead: said ?? 'The answer is no message of the protocol' }
}

function attempt(text: string): Json {
  try {
    return parseSent(text)
  } catch {
    return null
  }
}

const answers = (message: JsonObject) =>
  message.has('jsonrpc') && (message.has('result') || message.has('error'))

// A recording front sends what it took to the server behind it: start.ts and protected-server.ts change what comes back.

import { once } from 'node:events'
import { type IncomingMessage, request as open, type ServerResponse } from 'node:http'
import type { Recorded } from '../recording-upstream.ts'

/** Sends it as it came, with its Host. @returns the answer, its body unread. @throws Error where the server can't be reached */
export async function send(
  { method, url, rawHeaders, body }: Pick<Recorded, 'method' | 'url' | 'rawHeaders' | 'body'>,
  origin: string,
): Promise<IncomingMessage> {
  const upstream = open(`${origin}${url}`, { method, headers: rawHeaders, setHost: false })
  upstream.end(body)
  const [answer] = (await once(upstream, 'response')) as [IncomingMessage]
  return answer
}

/** Answers the same, as it comes. */
export function stream(answer: IncomingMessage, response: ServerResponse): void {
  response.once('close', () => answer.destroy())
  response.writeHead(answer.statusCode ?? 502, answer.rawHeaders).flushHeaders()
  answer.on('error', () => response.destroy()).pipe(response)
}

/** Answers the same with another body; `change` maps each header's value. */
export function respond(
  answer: IncomingMessage,
  response: ServerResponse,
  body: string,
  change: (value: string, name: string) => string = (value) => value,
): void {
  const headers: string[] = []
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = answer.rawHeaders.slice(index, index + 2)
    if (!['content-length', 'transfer-encoding'].includes(name.toLowerCase()))
      headers.push(name, change(value, name.toLowerCase()))
  }
  response.writeHead(answer.statusCode ?? 502, headers).end(body)
}

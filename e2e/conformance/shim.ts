// Stands between the suite and the gateway: adds the API key, which the suite can't send. For the endpoint for all servers
// it maps names as well (names.ts); else bytes pass as they are.

import { once } from 'node:events'
import { createServer, type IncomingMessage, request as open, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** Maps what the suite says to what the gateway understands, and back. */
export interface Mapping {
  /** @returns the body and headers (names and values in turn) to send in their place */
  request(body: string, rawHeaders: readonly string[]): { body: string; rawHeaders: string[] }
  /** Of whole lines. */
  response(text: string): string
}

export interface Shim {
  readonly url: string
  close(): Promise<void>
}

/** @param target the gateway's address of a server */
export async function startShim(target: string, key: string, mapping?: Mapping): Promise<Shim> {
  const server = createServer((request, response) => {
    const own = `localhost:${port()}`
    pass(request, response, { target: new URL(target), key, own, mapping }).catch(() => response.destroy())
  })
  const port = () => (server.address() as AddressInfo).port // a TCP server that listens has one
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://localhost:${port()}${new URL(target).pathname}`,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

interface Way {
  readonly target: URL
  readonly key: string
  /** The authority under which the suite knows us: in Host and Origin it becomes the gateway's. */
  readonly own: string
  readonly mapping: Mapping | undefined
}

async function pass(request: IncomingMessage, response: ServerResponse, way: Way): Promise<void> {
  const { target, key, own, mapping } = way
  const given = request.rawHeaders.map((text) => text.replace(own, target.host))
  const mapped = mapping?.request(await text(request), given)
  const rawHeaders = [...(mapped?.rawHeaders ?? given), 'X-Api-Key', key]
  const upstream = open(target, { method: request.method ?? 'GET', headers: rawHeaders, setHost: false })
  upstream.once('error', () => response.destroy())
  response.once('close', () => upstream.destroy())
  upstream.once('response', (answer) => {
    const length = mapping ? 'content-length' : undefined // the body may become shorter
    response.writeHead(answer.statusCode ?? 502, without(answer.rawHeaders, length)).flushHeaders()
    // The suite leaves streams that stay open.
    const whole = mapping ? answer.setEncoding('utf8').compose(lines(mapping)) : answer
    whole.once('error', () => response.destroy()).pipe(response)
  })
  if (mapped) upstream.end(mapped.body)
  else request.pipe(upstream)
}

function without(rawHeaders: readonly string[], name: string | undefined): string[] {
  return rawHeaders.filter((_, index) => rawHeaders[index - (index % 2)]?.toLowerCase() !== name)
}

/** Whole lines as soon as they are there, and the rest at the end. */
const lines = (mapping: Mapping) =>
  async function* (chunks: AsyncIterable<string>) {
    let rest = ''
    for await (const chunk of chunks) {
      const end = (rest + chunk).lastIndexOf('\n') + 1
      if (end > 0) yield mapping.response((rest + chunk).slice(0, end))
      rest = (rest + chunk).slice(end)
    }
    if (rest) yield mapping.response(rest)
  }

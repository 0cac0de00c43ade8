// Passes a request on to the registry or the gateway and its answer back, both as streams. What may be passed on: targets.ts.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { createEgress, parseAllow } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import type { Config } from '../config.ts'
import { clientAddress } from './client-address.ts'
import { requestHeaders, responseHeaders } from './hop-headers.ts'
import type { Target } from './targets.ts'

export interface Forward {
  /** Resolves when the answer is through. @throws AppError registry_unreachable, upstream_unreachable before it began */
  pass(target: Target, req: IncomingMessage, res: ServerResponse): Promise<void>
  /** Ends the event streams, which would never end by themselves. */
  endStreams(): void
  close(): Promise<void>
}

/** For people: they don't see the header Retry-After. */
const lasting = 'Wait a moment; if it lasts, have the operator check that the registry runs'

/** Longer than each service's own longest wait: 25 s at the registry, a tool that may take 15 min behind the gateway. */
const firstByteMs = { registry: 40_000, gateway: 16 * 60_000 }

export function createForward(config: Config): Forward {
  const egress = createEgress({ allow: [], caFile: config.GATEHOUSE_EGRESS_CA_FILE })
  const options = (to: Target['to']) => ({
    headersTimeout: firstByteMs[to],
    bodyTimeout: 0,
    keepAliveTimeout: 4_000,
  })
  const urls = { registry: config.REGISTRY_URL, gateway: config.GATEWAY_URL }
  const pools = {
    registry: egress.internalClient(new URL(urls.registry).origin, options('registry')),
    gateway: egress.internalClient(new URL(urls.gateway).origin, options('gateway')),
  }
  const trusted = parseAllow(config.GATEHOUSE_TRUSTED_PROXIES)
  const streams = new Set<ServerResponse>()

  return {
    async pass({ to, path }, req, res) {
      const gone = new AbortController()
      res.once('close', () => gone.abort())
      const answer = await pools[to]
        .request({
          path: new URL(urls[to]).pathname.replace(/\/$/, '') + path,
          method: req.method ?? 'GET',
          // The gateway knows keys and tokens only: the console's session is none of its business, and our origin was checked here.
          headers: requestHeaders(
            req.rawHeaders,
            clientAddress(req.socket.remoteAddress ?? '', forwardedFor(req), trusted),
            to === 'gateway' ? ['cookie', 'origin'] : [],
          ),
          body: hasBody(req) ? req : null,
          signal: gone.signal,
          responseHeaders: 'raw',
        })
        .catch((cause: unknown) => {
          if (to === 'registry')
            throw new AppError('registry_unreachable', { todo: lasting, cause, retryAfterS: 2 })
          throw new AppError('upstream_unreachable', { todo: 'Check that the gateway runs', cause })
        })
      // responseHeaders 'raw' makes undici give names and values in turn, which its type doesn't tell
      const raw = (answer.headers as unknown as readonly (string | Buffer)[]).map(String)
      res.writeHead(answer.statusCode, responseHeaders([...own(res), ...raw]))
      if (raw.some((text) => text.startsWith('text/event-stream'))) {
        res.flushHeaders()
        streams.add(res)
        res.once('close', () => streams.delete(res))
      }
      await pipeline(answer.body, res).catch(() => res.destroy())
    },
    endStreams() {
      for (const res of [...streams]) res.destroy()
    },
    async close() {
      await Promise.all([pools.registry.destroy(), pools.gateway.destroy()])
    },
  }
}

/** The header's lines as one: Node joins them by commas. */
const forwardedFor = ({ headers }: IncomingMessage) => String(headers['x-forwarded-for'] ?? '')

const hasBody = (req: IncomingMessage) =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0

/** What security-headers.ts set, except what the service says better. */
function own(res: ServerResponse): string[] {
  const set = Object.entries(res.getHeaders()).filter(
    ([name]) => name !== 'cache-control' && name !== 'x-content-type-options',
  )
  for (const name of res.getHeaderNames()) res.removeHeader(name)
  return set.flatMap(([name, value]) => [name, String(value)])
}

// Holds the change stream: reads its events, hands them on, acknowledges, and comes back after every break. The lease that comes
// with it is renewed as long as it is open (renew-lease.ts).

import { changeEvent, helloEvent } from '@gatehouse/registry-api/internal'
import type { Logger } from 'pino'
import type { RegistryClient } from './client.ts'
import type { Knowledge } from './knowledge.ts'
import type { Lease } from './lease.ts'
import { type Renewing, renewLease } from './renew-lease.ts'

interface Parts {
  readonly client: RegistryClient
  readonly knowledge: Knowledge
  readonly lease: Lease
  readonly gatewayId: string
  /** Where other gateways reach this one, if they can. */
  readonly address: string | undefined
  readonly log: Logger
}

/** Runs until the signal; `firstHello` resolves when the gateway may serve. */
export function followChanges(parts: Parts, signal: AbortSignal): { firstHello: Promise<void> } {
  let greet: () => void = () => {}
  const firstHello = new Promise<void>((resolve) => {
    greet = resolve
  })
  void (async () => {
    let waitMs = 50
    while (!signal.aborted) {
      const over = new AbortController()
      try {
        await followOne(
          parts,
          AbortSignal.any([signal, over.signal]),
          () => over.abort(),
          () => {
            waitMs = 50
            greet()
          },
        )
      } catch (error) {
        if (!signal.aborted) parts.log.warn({ err: error }, 'the change stream broke')
      }
      over.abort()
      parts.knowledge.disconnected()
      if (!signal.aborted) await pause(waitMs, signal)
      waitMs = Math.min(waitMs * 2, 2_000)
    }
  })()
  return { firstHello }
}

/** One stream, until it breaks or the signal. @param end breaks it */
async function followOne(
  parts: Parts,
  signal: AbortSignal,
  end: () => void,
  greeted: () => void,
): Promise<void> {
  const { client, knowledge, lease, gatewayId, address } = parts
  const askedAt = performance.now()
  let renewing: Renewing | undefined
  for await (const { name, data } of events(await client.changes(gatewayId, address, signal))) {
    if (name === 'hello') {
      const hello = helloEvent.parse(JSON.parse(data))
      knowledge.hello(hello)
      if (renewing === undefined) {
        // Only now, because what was known before may not be used by the new lease.
        lease.granted(askedAt, hello.lease_ms)
        renewing = renewLease(parts, { revision: hello.revision, lengthMs: hello.lease_ms }, end, signal)
      }
      greeted()
    }
    if (name === 'change') {
      const change = changeEvent.parse(JSON.parse(data))
      await knowledge.changed(change)
      renewing?.acknowledge(change.revision)
    }
  }
}

/** Server-sent events of a byte stream; comments are passed over. */
async function* events(bytes: AsyncIterable<Buffer>): AsyncGenerator<{ name: string; data: string }> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of bytes) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const field = (name: string) =>
        lines
          .filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).trimStart())
      const data = field('data')
      if (data.length > 0) yield { name: field('event')[0] ?? 'message', data: data.join('\n') }
    }
  }
}

const pause = (forMs: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(done, forMs)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })

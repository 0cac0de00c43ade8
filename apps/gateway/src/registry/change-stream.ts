// Holds the change stream: reads its events, hands them on, acknowledges, and comes back after every break.

import { changeEvent, helloEvent } from '@gatehouse/registry-api/internal'
import type { Logger } from 'pino'
import type { RegistryClient } from './client.ts'
import type { Knowledge } from './knowledge.ts'

interface Parts {
  readonly client: RegistryClient
  readonly knowledge: Knowledge
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
      try {
        const bytes = await parts.client.changes(parts.gatewayId, parts.address, signal)
        for await (const { name, data } of events(bytes)) {
          await handle(parts, name, data)
          if (name === 'hello') {
            waitMs = 50
            greet()
          }
        }
      } catch (error) {
        if (!signal.aborted) parts.log.warn({ err: error }, 'the change stream broke')
      }
      parts.knowledge.disconnected()
      if (!signal.aborted) await pause(waitMs, signal)
      waitMs = Math.min(waitMs * 2, 2_000)
    }
  })()
  return { firstHello }
}

async function handle(parts: Parts, name: string, data: string): Promise<void> {
  if (name === 'hello') {
    const hello = helloEvent.parse(JSON.parse(data))
    parts.knowledge.hello(hello)
    await parts.client.acknowledge(parts.gatewayId, hello.revision)
  }
  if (name === 'change') {
    const change = changeEvent.parse(JSON.parse(data))
    await parts.knowledge.changed(change)
    await parts.client.acknowledge(parts.gatewayId, change.revision)
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

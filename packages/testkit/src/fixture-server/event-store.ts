// Events of one legacy session, kept so that a client which lost its stream gets the rest by Last-Event-ID.

import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server'

export function createEventStore(): EventStore {
  const events: { readonly stream: string; readonly message: JSONRPCMessage }[] = []
  const at = (eventId: string) => Number(eventId.slice(1))
  return {
    async storeEvent(stream, message) {
      return `e${events.push({ stream, message }) - 1}`
    },
    async getStreamIdForEventId(eventId) {
      return events[at(eventId)]?.stream
    },
    async replayEventsAfter(lastEventId, { send }) {
      const stream = events[at(lastEventId)]?.stream
      if (stream === undefined) throw new Error(`no event ${lastEventId}`)
      for (const [index, event] of events.entries()) {
        const primes = Object.keys(event.message).length === 0 // sent only to give the stream a first id
        if (index > at(lastEventId) && event.stream === stream && !primes)
          await send(`e${index}`, event.message)
      }
      return stream
    },
  }
}

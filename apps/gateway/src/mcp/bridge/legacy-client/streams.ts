// Streams of clients that stay open in this process: GET streams of bridged sessions (listen.ts), and those that servers of the
// client's own era hold open (../../transparent/forward.ts). What happens to their sessions, servers and keys reaches them here.

import type { ChangeEvent } from '@gatehouse/registry-api/internal'

export interface Stream {
  /** When its key expires, in Unix ms; null: never. */
  readonly expiresAtMs: number | null
  /** The session's subscriptions are others now. */
  subscriptionsChanged(): void
  /** The session is over, or the key. */
  sessionEnded(): void
  /** Something was changed, without an event maybe anything: does it still hold what it is open by? Never rejects. */
  changed(event: ChangeEvent | undefined): Promise<void>
}

export interface Place {
  /** The stream has begun: it is its turn to speak, until a newer one begins. */
  begin(): void
  speaks(): boolean
  remove(): void
}

export interface Streams {
  /** @param digest of the session token; any other name that is its own for a stream without a session */
  add(digest: string, stream: Stream): Place
  subscriptionsChanged(digest: string): void
  sessionEnded(digest: string): void
  /** Resolves when every stream that lost its server, key or credential by it is ended. */
  changed(event?: ChangeEvent): Promise<void>
}

/** The longest wait of a timer, 24 days: no stream is that old. */
const longestMs = 2 ** 31 - 1

/** @param now in Unix ms */
export function createStreams(now: () => number): Streams {
  const streams = new Map<string, Stream[]>()
  const without = (digest: string, stream: Stream) =>
    (streams.get(digest) ?? []).filter((one) => one !== stream)
  const begun = new WeakSet<Stream>()
  return {
    add(digest, stream) {
      streams.set(digest, [...without(digest, stream), stream])
      const { expiresAtMs } = stream
      const expiry =
        expiresAtMs === null
          ? undefined
          : setTimeout(() => stream.sessionEnded(), Math.min(expiresAtMs - now(), longestMs))
      return {
        begin() {
          begun.add(stream)
          streams.set(digest, [...without(digest, stream), stream])
        },
        speaks: () => streams.get(digest)?.findLast((one) => begun.has(one)) === stream,
        remove() {
          clearTimeout(expiry)
          const left = without(digest, stream)
          if (left.length === 0) streams.delete(digest)
          else streams.set(digest, left)
        },
      }
    },
    subscriptionsChanged: (digest) => {
      for (const stream of streams.get(digest) ?? []) stream.subscriptionsChanged()
    },
    sessionEnded: (digest) => {
      for (const stream of streams.get(digest) ?? []) stream.sessionEnded()
    },
    async changed(event) {
      await Promise.all([...streams.values()].flat().map((stream) => stream.changed(event)))
    },
  }
}

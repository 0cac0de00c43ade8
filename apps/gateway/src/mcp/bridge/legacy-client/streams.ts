// GET streams of bridged sessions in this process. listen.ts holds one; what happens to its session reaches it here.

export interface Stream {
  /** The session's subscriptions are others now. */
  subscriptionsChanged(): void
  /** The session is over. */
  sessionEnded(): void
}

export interface Streams {
  /** @param digest of the session token */
  add(digest: string, stream: Stream): { remove(): void; isNewest(): boolean }
  subscriptionsChanged(digest: string): void
  sessionEnded(digest: string): void
}

export function createStreams(): Streams {
  const streams = new Map<string, Stream[]>()
  return {
    add(digest, stream) {
      streams.set(digest, [...(streams.get(digest) ?? []), stream])
      return {
        remove() {
          const left = (streams.get(digest) ?? []).filter((one) => one !== stream)
          if (left.length === 0) streams.delete(digest)
          else streams.set(digest, left)
        },
        isNewest: () => streams.get(digest)?.at(-1) === stream,
      }
    },
    subscriptionsChanged: (digest) => {
      for (const stream of streams.get(digest) ?? []) stream.subscriptionsChanged()
    },
    sessionEnded: (digest) => {
      for (const stream of streams.get(digest) ?? []) stream.sessionEnded()
    },
  }
}

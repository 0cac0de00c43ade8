// Reads server-sent events in tests, one after the other.

export interface StreamEvent {
  readonly event: string
  readonly data: string
}

export interface TestStream {
  readonly status: number
  /** The next event; comments are skipped. @throws Error when the stream ends first, or after 10 s */
  next(): Promise<StreamEvent>
  /** Resolves when the other side ends the stream. @throws Error after 10 s */
  ended(): Promise<void>
  close(): Promise<void>
}

export async function openStream(url: string, headers: Record<string, string>): Promise<TestStream> {
  const stop = new AbortController()
  const response = await fetch(url, { headers, signal: stop.signal })
  if (!response.body) throw new Error('the answer has no body')
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const read = async (): Promise<boolean> => {
    const timer = setTimeout(() => stop.abort(new Error('no event within 10 s')), 10_000)
    const { done, value } = await reader.read().finally(() => clearTimeout(timer))
    if (!done) text += value
    return !done
  }
  return {
    status: response.status,
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n')
        if (end < 0) {
          if (!(await read())) throw new Error('the stream has ended')
          continue
        }
        const block = text.slice(0, end)
        text = text.slice(end + 2)
        const found = /^event: (.*)\ndata: (.*)$/.exec(block)
        if (found) return { event: found[1] ?? '', data: found[2] ?? '' }
      }
    },
    async ended() {
      while (await read());
    },
    async close() {
      stop.abort()
      await reader.cancel().catch(() => undefined) // aborted just above
    },
  }
}

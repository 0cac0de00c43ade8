// Server-sent events over fetch: the browser's EventSource can't name the workspace in a header.

import { send } from './api.ts'
import { errorOf } from './api-error.ts'

export interface ServerEvent {
  readonly event: string
  readonly data: string
}

/**
 * Reads a stream until it ends or `signal` aborts.
 * @param onAlive called for every chunk, comments too
 * @throws ApiError where the stream does not begin
 */
export async function readEvents(
  path: string,
  options: { readonly workspaceId: string; readonly signal: AbortSignal },
  on: {
    /** The stream stands: what happens from now on comes through it. */
    readonly begun: () => void
    readonly event: (event: ServerEvent) => void
    readonly alive: () => void
  },
): Promise<void> {
  const response = await send(path, options)
  if (!response.ok || response.body === null) throw await errorOf(response)
  on.begun()
  on.alive()
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    on.alive()
    const blocks = (rest + value).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const event of blocks.flatMap(parseEvent)) on.event(event)
  }
}

/** One block of a stream; nothing for a comment. */
export function parseEvent(block: string): ServerEvent[] {
  const fields = block.split('\n').map((line) => /^(\w+): ?(.*)$/s.exec(line))
  const all = (name: string) => fields.filter((field) => field?.[1] === name).map((field) => field?.[2] ?? '')
  const data = all('data')
  return data.length === 0 ? [] : [{ event: all('event').at(-1) ?? 'message', data: data.join('\n') }]
}

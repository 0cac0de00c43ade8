// Tools that an operator switched off: not listed, and calls to them refused as if the server never had them.

import { AppError } from '@gatehouse/errors'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import { rawElements, rawMember, replaceMember } from '@gatehouse/upstream'
import type { Message } from '../call.ts'

/** @throws AppError unknown_tool; invalid_message for a batch that lists tools, whose answer could not be told apart */
export function checkDisabled(server: ResolvedServer, { envelope }: Message): void {
  if (server.disabled_tools.length === 0) return
  for (const message of envelope.kind === 'batch' ? envelope.messages : [envelope]) {
    if (message.method === 'tools/call' && server.disabled_tools.includes(message.name ?? '')) {
      throw new AppError('unknown_tool', { what: `Unknown tool: ${message.name}` })
    }
  }
  if (envelope.messages.some(({ method }) => method === 'tools/list')) {
    throw new AppError('invalid_message', { what: 'tools/list of this server may not be part of a batch' })
  }
}

/** True where the answer has to be filtered. */
export const hidesTools = (server: ResolvedServer, message: Message | undefined): boolean =>
  server.disabled_tools.length > 0 && message?.envelope.method === 'tools/list'

/** A response to tools/list without them, every other byte as it came; any other message as it is. */
export function withoutDisabled(server: ResolvedServer, text: string): string {
  if (server.disabled_tools.length === 0) return text
  const several = rawElements(text) // the oldest revisions may answer with an array
  if (several.length > 0) return `[${several.map((one) => filterMessage(server, one)).join(',')}]`
  return filterMessage(server, text)
}

function filterMessage(server: ResolvedServer, text: string): string {
  const result = rawMember(text, 'result')
  const tools = result === undefined ? undefined : rawMember(result, 'tools')
  if (result === undefined || tools === undefined) return text
  const kept = rawElements(tools).filter((entry) => {
    const name: unknown = JSON.parse(rawMember(entry, 'name') ?? 'null')
    return typeof name !== 'string' || !server.disabled_tools.includes(name)
  })
  return replaceMember(text, 'result', replaceMember(result, 'tools', `[${kept.join(',')}]`))
}

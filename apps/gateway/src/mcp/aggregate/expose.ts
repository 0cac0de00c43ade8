// What a server says, as clients of the aggregate endpoint hear it: its resource URIs are written as ours wherever the protocol
// puts one, every other byte stays. The way back is in own-message.ts.

import { exposedUri } from '@gatehouse/protocol'
import { changeAt, rawMember } from '@gatehouse/upstream'

/** @param text a message, or an entry of a list */
type Change = (text: string) => string

const updated = 'notifications/resources/updated'

/** Where nothing looks like a URI (spelt with escapes or not) there is nothing to do. */
const mayHold = /uri|\\u/i

/** A message from the server on its way to the client. @param method its own, or that of the request that it belongs to */
export function exposeMessage(slug: string, method: string, text: string): string {
  if (!mayHold.test(text)) return text
  const expose = exposer(slug)
  const toBlock = blocks(expose)
  const changes: readonly (readonly [path: readonly string[], change: Change])[] = [
    [['result', 'content'], toBlock],
    [['result', 'result', 'content'], toBlock],
    [['result', 'messages', '*', 'content'], toBlock],
    [['result', 'contents', '*', 'uri'], expose],
    ...appPaths.map((path) => [['result', '_meta', ...path], expose] as const),
    ...appPaths.map((path) => [['result', 'result', '_meta', ...path], expose] as const),
    [['result', 'inputRequests', '*', 'params', 'messages', '*', 'content'], toBlock],
    ...(method === 'resources/read' ? [[['error', 'data', 'uri'], expose] as const] : []),
    ...(method === updated ? [[['params', 'uri'], expose] as const] : []),
    ...(method === 'notifications/tasks' ? [[['params', 'result', 'content'], toBlock] as const] : []),
  ]
  return changes.reduce((changed, [path, change]) => changeAt(changed, path, change), text)
}

/** A tool's entry in the list names the resource that shows it. */
export const exposeApp = (slug: string, text: string): string =>
  mayHold.test(text)
    ? appPaths.reduce((changed, path) => changeAt(changed, ['_meta', ...path], exposer(slug)), text)
    : text

/** The second is how the extension wrote it at first. */
const appPaths = [['ui', 'resourceUri'], ['ui/resourceUri']]

/** The string of a URI, as JSON. Anything else stays. */
export const exposer =
  (slug: string): Change =>
  (value) =>
    value.startsWith('"') ? JSON.stringify(exposedUri(slug, JSON.parse(value) as string)) : value // it is a string

/** One block of content or an array of them: links, embedded resources, and results of tools that hold more blocks. */
function blocks(expose: Change): Change {
  const one: Change = (block) => {
    const type = rawMember(block, 'type')
    switch (type && JSON.parse(type)) {
      case 'resource_link':
        return changeAt(block, ['uri'], expose)
      case 'resource':
        return changeAt(block, ['resource', 'uri'], expose)
      case 'tool_result':
        return changeAt(block, ['content', '*'], one)
      default:
        return block
    }
  }
  return (content) => (content.startsWith('[') ? changeAt(content, ['*'], one) : one(content))
}

// What a server says, as clients of the aggregate endpoint hear it: its resource URIs are written as ours wherever the protocol
// puts one, every other byte stays. The way back is in target.ts.

import { exposedUri } from '@gatehouse/protocol'
import { changeAt, rawMember } from '@gatehouse/upstream'

/** @param text a message, or an entry of a list */
type Change = (text: string) => string

/** Where nothing looks like a URI (spelt with escapes or not) there is nothing to do. */
const mayHold = /uri|\\u/i

/** A message from the server on its way to the client. @param method its own, or that of the request that it belongs to */
export function exposeMessage(slug: string, method: string, text: string): string {
  if (!mayHold.test(text)) return text
  const expose = exposer(slug)
  const toBlock = blocks(expose)
  const toApp = appPaths.map((path): Place => [['_meta', ...path], expose])
  const toQuestion: Place = [['inputRequests', '*', 'params', 'messages', '*', 'content'], toBlock]
  const ofTool: readonly Place[] = [[['content'], toBlock], ...toApp]
  const changeResult = (...places: Place[]): string => changeAt(text, ['result'], changer(places))
  switch (method) {
    case 'tools/call':
      return changeResult(...ofTool, toQuestion)
    case 'prompts/get':
      return changeResult([['messages', '*', 'content'], toBlock], toQuestion)
    case 'resources/read': {
      const changed = changeResult([['contents', '*', 'uri'], expose], toQuestion)
      return changeAt(changed, ['error', 'data', 'uri'], expose)
    }
    case 'tasks/get':
      return changeResult([['result'], changer(ofTool)], toQuestion)
    case 'notifications/resources/updated':
      return changeAt(text, ['params', 'uri'], expose)
    case 'notifications/tasks':
      return changeAt(text, ['params'], changer([[['result'], changer(ofTool)], toQuestion]))
    default:
      return text
  }
}

/** Where something is changed, and how. */
type Place = readonly [path: readonly string[], change: Change]

const changer =
  (places: readonly Place[]): Change =>
  (value) =>
    places.reduce((changed, [path, change]) => changeAt(changed, path, change), value)

/** A tool's entry in the list names the resource that shows it. */
export const exposeApp = (slug: string, text: string): string =>
  mayHold.test(text) ? changer(appPaths.map((path) => [['_meta', ...path], exposer(slug)]))(text) : text

/** The second is how the extension wrote it at first. */
const appPaths = [['ui', 'resourceUri'], ['ui/resourceUri']]

/** The string of a URI, as JSON. Anything else stays. */
const exposer =
  (slug: string): Change =>
  (value) =>
    value.startsWith('"') ? JSON.stringify(exposedUri(slug, JSON.parse(value) as string)) : value // it is a string

/** One block of content or an array of them: links, embedded resources, and results of tools, which hold no other result. */
function blocks(expose: Change): Change {
  const changed = (block: string, inResult: Change): string => {
    const type = rawMember(block, 'type')
    switch (type && JSON.parse(type)) {
      case 'resource_link':
        return changeAt(block, ['uri'], expose)
      case 'resource':
        return changeAt(block, ['resource', 'uri'], expose)
      case 'tool_result':
        return inResult(block)
      default:
        return block
    }
  }
  const held: Change = (block) => changed(block, (result) => result)
  const one: Change = (block) => changed(block, (result) => changeAt(result, ['content', '*'], held))
  return (content) => (content.startsWith('[') ? changeAt(content, ['*'], one) : one(content))
}

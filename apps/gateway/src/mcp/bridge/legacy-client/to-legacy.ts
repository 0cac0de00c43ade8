// A modern server's answer as a legacy client takes it: what its revisions don't know is taken out, and what they would refuse is
// put into a form that they accept. Everything else stays as it was written.

import { AppError } from '@gatehouse/errors'
import { metaServerInfo } from '@gatehouse/protocol'
import { deeperThan, rawElements, rawMember, setMember, withoutMember } from '@gatehouse/upstream'
import { hasInvalidAnnotations } from '../../param-headers.ts'

const cacheable = new Set([
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
])

/** As of lists that are merged. */
const maxDepth = 128

/** @param result JSON text of an object. @throws AppError upstream_invalid for tools that are nested too deeply */
export function toLegacyResult(method: string, result: string): string {
  let text = withoutMember(result, 'resultType')
  if (cacheable.has(method)) text = withoutMember(withoutMember(text, 'ttlMs'), 'cacheScope')
  text = withoutMeta(text, metaServerInfo)
  if (method === 'tools/list') return withLegacyTools(text)
  return method === 'tools/call' ? withLegacyStructure(text) : text
}

/** Without this member of `_meta`, and without a `_meta` that held nothing else. */
export function withoutMeta(text: string, name: string): string {
  const meta = rawMember(text, '_meta')
  if (meta === undefined || rawMember(meta, name) === undefined) return text
  const left = withoutMember(meta, name)
  return left === '{}' ? withoutMember(text, '_meta') : setMember(text, '_meta', left)
}

/** The older revisions know only objects as structured content. */
function withLegacyStructure(result: string): string {
  const content = rawMember(result, 'structuredContent')
  if (content === undefined || content.startsWith('{')) return result
  return setMember(result, 'structuredContent', `{"result":${content}}`)
}

/**
 * A client of the older revisions refuses a whole list for one output schema that isn't of an object; and a client of the newer
 * one, which is us, must leave out tools whose header annotations are invalid.
 */
function withLegacyTools(result: string): string {
  if (deeperThan(result, maxDepth))
    throw new AppError('upstream_invalid', { what: 'its answer to tools/list is nested too deeply' })
  const tools = rawElements(rawMember(result, 'tools') ?? '')
  const kept = tools.filter((tool) => !hasInvalidAnnotations(rawMember(tool, 'inputSchema') ?? '{}'))
  const legacy = kept.map(withLegacyOutput)
  const same = legacy.length === tools.length && legacy.every((tool, index) => tool === tools[index])
  return same ? result : setMember(result, 'tools', `[${legacy.join(',')}]`)
}

function withLegacyOutput(tool: string): string {
  const schema = rawMember(tool, 'outputSchema')
  if (schema === undefined || rawMember(schema, 'type') === '"object"') return tool
  return withoutMember(tool, 'outputSchema')
}

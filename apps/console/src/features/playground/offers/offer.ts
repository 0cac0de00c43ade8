// What a server offers and a person can try: a tool, a prompt, a resource, a template of resources. Each is asked for with one value,
// whose schema is the tool's own or made from what the server says. Next: ../call/request.ts.

import { paramHeaders } from '../call/param-headers.ts'
import type { Asked } from '../call/request.ts'
import { isList, isObject, type Json, member, object, textMember } from '../json/json.ts'
import { expand, variablesOf } from './uri-template.ts'

export interface Offer {
  readonly kind: 'tool' | 'prompt' | 'resource' | 'template'
  /** A tool's or prompt's name, a URI, a URI template. */
  readonly name: string
  readonly title: string | undefined
  readonly description: string | undefined
  readonly inputSchema: Json
  readonly outputSchema: Json | undefined
  readonly destructive: boolean
  /** Switched off at the gateway. */
  readonly off: boolean
}

/** @param path of the address below `/mcp/`: a server's slug, "" for all of them */
export function askFor({ kind, name, inputSchema }: Offer, path: string, args: Json): Asked {
  switch (kind) {
    case 'tool': {
      const headers = paramHeaders(inputSchema, args)
      return { path, method: 'tools/call', name, params: object({ name, arguments: args }), headers }
    }
    case 'prompt':
      return { path, method: 'prompts/get', name, params: object({ name, arguments: args }), headers: [] }
    case 'resource':
      return reading(path, name)
    case 'template':
      return reading(
        path,
        expand(name, (variable) => textMember(args, variable)),
      )
  }
}

export const reading = (path: string, uri: string): Asked => ({
  path,
  method: 'resources/read',
  name: uri,
  params: object({ uri }),
  headers: [],
})

/** A tool that says it changes things destroys some unless it says otherwise (MCP's ToolAnnotations); one without hints says nothing. */
function isDestructive(hints: Json | undefined): boolean {
  const destroys = member(hints, 'destructiveHint')
  const reads = member(hints, 'readOnlyHint')
  return reads !== true && (destroys === true || (reads === false && destroys !== false))
}

/** Undefined where the entry of a list has no name. @param off it is switched off at the gateway */
export function toolOf(entry: Json, off = false): Offer | undefined {
  const schema = member(entry, 'inputSchema')
  const hints = member(entry, 'annotations')
  return offer('tool', 'name', entry, {
    title: textMember(entry, 'title') ?? textMember(hints, 'title'),
    inputSchema: isObject(schema) ? schema : object({ type: 'object' }),
    outputSchema: member(entry, 'outputSchema'),
    destructive: isDestructive(hints),
    off,
  })
}

/** Its arguments are texts. https://modelcontextprotocol.io/specification/2026-07-28/server/prompts#data-types */
export function promptOf(entry: Json): Offer | undefined {
  const listed = member(entry, 'arguments')
  const takes = (isList(listed) ? listed : []).flatMap((one) => {
    const name = textMember(one, 'name')
    return name === undefined ? [] : [{ name, one }]
  })
  const required = takes.flatMap(({ name, one }) => (member(one, 'required') === true ? [name] : []))
  const texts = takes.map(({ name, one }) => [name, text(one)] as const)
  return offer('prompt', 'name', entry, { inputSchema: textsOnly(texts, required) })
}

export const resourceOf = (entry: Json): Offer | undefined =>
  offer('resource', 'uri', entry, { inputSchema: textsOnly([], []) })

export function templateOf(entry: Json): Offer | undefined {
  const variables = variablesOf(textMember(entry, 'uriTemplate') ?? '')
  const required = variables.flatMap(({ name, optional }) => (optional ? [] : [name]))
  const texts = variables.map(({ name }) => [name, object({ type: 'string' })] as const)
  return offer('template', 'uriTemplate', entry, { inputSchema: textsOnly(texts, required) })
}

/** One that no list names: a link, or an address, leads to it. */
export const unlistedResource = (uri: string) => resourceOf(object({ uri }))

function offer(
  kind: Offer['kind'],
  nameMember: string,
  entry: Json,
  own: Partial<Offer> & Pick<Offer, 'inputSchema'>,
): Offer | undefined {
  const name = textMember(entry, nameMember)
  if (name === undefined) return undefined
  return {
    kind,
    name,
    title: textMember(entry, 'title') ?? (kind === 'tool' ? undefined : otherName(entry, name)),
    description: textMember(entry, 'description'),
    outputSchema: undefined,
    destructive: false,
    off: false,
    ...own,
  }
}

function otherName(entry: Json, name: string): string | undefined {
  const other = textMember(entry, 'name')
  return other === name ? undefined : other
}

const text = (one: Json) =>
  object({ type: 'string', title: textMember(one, 'title'), description: textMember(one, 'description') })

const textsOnly = (texts: readonly (readonly [string, Json])[], required: readonly string[]) =>
  object({ type: 'object', properties: new Map(texts), required, additionalProperties: false })

// Follows a schema to what it says: references within the same document, "this or null", one thing wrapped in allOf.

import { isList, isObject, type Json, type JsonObject, member, textMember } from '../json/json.ts'

export interface Resolved {
  /** Undefined where it leads nowhere, or is no object. */
  readonly node: JsonObject | undefined
  readonly nullable: boolean
}

/** Longer chains are taken for loops. */
const maxSteps = 16

/** What stands beside a reference describes this use of it. */
const described = ['title', 'description', 'default']

export function resolve(schema: Json | undefined, root: Json): Resolved {
  let node = isObject(schema) ? schema : undefined
  let nullable = false
  for (let step = 0; node && step < maxSteps; step += 1) {
    const next = further(node, root)
    if (next === undefined) return { node, nullable }
    nullable ||= next.nullable
    node = isObject(next.schema) ? withWords(next.schema, node) : undefined
  }
  return { node: undefined, nullable }
}

interface Step {
  readonly schema: Json | undefined
  readonly nullable: boolean
}

/** Undefined at the end of the way. */
function further(node: JsonObject, root: Json): Step | undefined {
  const reference = textMember(node, '$ref')
  if (reference !== undefined) return { schema: find(reference, root), nullable: false }
  const all = member(node, 'allOf')
  if (isList(all) && all.length === 1 && !node.has('type') && !node.has('properties')) {
    return { schema: all[0], nullable: false }
  }
  const type = member(node, 'type')
  if (isList(type)) {
    const [first, ...rest] = type.filter((one) => one !== 'null')
    if (first === undefined || rest.length > 0 || type.length !== 2) return undefined
    return { schema: new Map([...node, ['type', first]]), nullable: true }
  }
  const either = member(node, 'anyOf') ?? member(node, 'oneOf')
  if (!isList(either) || either.length !== 2 || node.has('type')) return undefined
  const others = either.filter((one) => member(one, 'type') !== 'null')
  return others.length === 1 ? { schema: others[0], nullable: true } : undefined
}

function withWords(schema: JsonObject, around: JsonObject): JsonObject {
  const words = described.flatMap((name) => {
    const value = around.get(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return words.length === 0 ? schema : new Map([...schema, ...words])
}

/** A pointer into this document; anything else is not followed. */
function find(reference: string, root: Json): Json | undefined {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  let node: Json | undefined = root
  for (const part of reference.slice(2).split('/')) {
    const name = unescaped(part)
    node = isList(node) ? node[Number(name)] : member(node, name)
  }
  return node
}

function unescaped(part: string): string {
  const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

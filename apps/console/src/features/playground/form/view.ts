// What a JSON Schema asks for, as far as a field can show it; all else is shown as JSON. The schema is a stranger's: nothing in it is
// trusted to be well formed. Next: form.ts.

import { isList, isObject, type Json, type JsonObject, member, textMember } from '../json/json.ts'
import { printJson } from '../json/print-json.ts'
import { resolve } from './resolve.ts'

export interface Choice {
  readonly value: Json
  readonly label: string
}

/** How one value is asked for. */
export interface View {
  readonly kind: 'text' | 'number' | 'flag' | 'choice' | 'list' | 'group' | 'json'
  /** Null may stand in its place. */
  readonly nullable: boolean
  readonly title: string | undefined
  readonly description: string | undefined
  readonly fallback: Json | undefined
  /** Of a choice. */
  readonly choices: readonly Choice[]
  /** Schema of each item of a list. */
  readonly items: Json | undefined
  /** Schemas of the members of a group, in their order. */
  readonly properties: JsonObject
  readonly required: ReadonlySet<string>
  /** Schema of members that are not named; undefined where none may be. */
  readonly others: Json | undefined
  /** The schema says itself that other members may be there. */
  readonly open: boolean
}

const nothing: JsonObject = new Map()

/** Nobody reads more, and a page with very many stands still. */
const maxChoices = 200

/** @param root the whole schema, into which references lead */
export function viewOf(schema: Json | undefined, root: Json): View {
  const { node, nullable } = resolve(schema, root)
  const choices = choicesOf(node)
  const properties = member(node, 'properties')
  const required = member(node, 'required')
  const others = member(node, 'additionalProperties') ?? true
  return {
    kind: choices.length > 0 ? 'choice' : kindOf(node),
    nullable,
    title: textMember(node, 'title'),
    description: textMember(node, 'description'),
    fallback: member(node, 'default'),
    choices,
    items: member(node, 'items'),
    properties: isObject(properties) ? properties : nothing,
    required: new Set(isList(required) ? required.filter((name) => typeof name === 'string') : []),
    others: others === false ? undefined : others,
    open: node?.has('additionalProperties') === true && others !== false,
  }
}

function kindOf(node: Json | undefined): View['kind'] {
  switch (member(node, 'type')) {
    case 'string':
      return 'text'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'flag'
    case 'array':
      return isObject(member(node, 'items')) && member(node, 'prefixItems') === undefined ? 'list' : 'json'
    case 'object':
      return 'group'
    case undefined:
      return isObject(member(node, 'properties')) ? 'group' : 'json'
    default:
      return 'json'
  }
}

/** Of `enum` (with the older `enumNames`), `const`, or of alternatives that are one value each. */
function choicesOf(node: Json | undefined): readonly Choice[] {
  const constant = member(node, 'const')
  if (constant !== undefined) return [choice(constant)]
  const values = member(node, 'enum')
  if (isList(values)) {
    if (values.length > maxChoices) return []
    const names = member(node, 'enumNames')
    return values.map((value, at) => choice(value, isList(names) ? names[at] : undefined))
  }
  const alternatives = member(node, 'oneOf') ?? member(node, 'anyOf')
  if (!isList(alternatives) || alternatives.length > maxChoices) return []
  const found = alternatives.flatMap((one) => {
    const value = member(one, 'const')
    return value === undefined ? [] : [choice(value, member(one, 'title'))]
  })
  return found.length === alternatives.length ? found : []
}

const choice = (value: Json, label?: Json): Choice => ({
  value,
  label: typeof label === 'string' ? label : typeof value === 'string' ? value : printJson(value),
})

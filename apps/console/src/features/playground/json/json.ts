// JSON as it is written: numbers keep their digits and objects their order, which JSON.parse can't promise. Next: parse-json.ts.

/** A number by its digits: `9007199254740993`, `1.50`, `1e400`. */
export class JsonNumber {
  readonly digits: string

  /** @param digits a number as JSON writes it */
  constructor(digits: string) {
    this.digits = digits
  }
}

/** What stands in a field that is no value yet. It is kept as it was typed, and never sent. */
export class Unfinished {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type JsonObject = ReadonlyMap<string, Json>
export type Json = null | boolean | string | JsonNumber | Unfinished | readonly Json[] | JsonObject

export const isObject = (json: Json | undefined): json is JsonObject => json instanceof Map
export const isList = (json: Json | undefined): json is readonly Json[] => Array.isArray(json)

/** A member of an object; undefined where there is none, or no object. */
export const member = (json: Json | undefined, name: string): Json | undefined =>
  isObject(json) ? json.get(name) : undefined

/** The same where it is a text. */
export function textMember(json: Json | undefined, name: string): string | undefined {
  const value = member(json, name)
  return typeof value === 'string' ? value : undefined
}

export const object = (members: Readonly<Record<string, Json | undefined>>): JsonObject =>
  new Map(
    Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  )

/** JSON Pointers of what is no value yet. */
export function unfinished(json: Json, at = ''): string[] {
  if (json instanceof Unfinished) return [at]
  if (isList(json)) return json.flatMap((item, index) => unfinished(item, `${at}/${index}`))
  if (isObject(json)) return [...json].flatMap(([name, value]) => unfinished(value, pointer(at, name)))
  return []
}

/** https://www.rfc-editor.org/rfc/rfc6901 */
export const pointer = (at: string, name: string) =>
  `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

/** True for an integer that JavaScript, and many a server, can't hold. */
export const isTooPrecise = ({ digits }: JsonNumber) =>
  /^-?\d+$/.test(digits) && !Number.isSafeInteger(Number(digits))

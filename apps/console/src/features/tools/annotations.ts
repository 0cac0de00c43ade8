// What a tool claims about itself. Hints of the server, nothing that anybody checked.

const words: readonly [name: string, value: boolean, text: string][] = [
  ['readOnlyHint', true, 'says: read-only'],
  ['destructiveHint', true, 'says: destructive'],
  ['idempotentHint', true, 'says: idempotent'],
  ['openWorldHint', true, 'says: open world'],
]

export function hintsOf(tool: Readonly<Record<string, unknown>>): string[] {
  const annotations = member(tool, 'annotations')
  return words.filter(([name, value]) => member(annotations, name) === value).map(([, , text]) => text)
}

/** The title, of the entry itself or of its annotations. */
export function titleOf(tool: Readonly<Record<string, unknown>>): string | undefined {
  const title = member(tool, 'title') ?? member(member(tool, 'annotations'), 'title')
  return typeof title === 'string' && title !== '' ? title : undefined
}

const member = (holder: unknown, name: string): unknown =>
  typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined

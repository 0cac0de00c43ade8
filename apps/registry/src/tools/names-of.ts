// What a list of tools is searched by: each one's name and title, in the list's order.

import { isStorable } from '../parse.ts'

interface Entry {
  readonly name: string
  readonly title?: unknown
  readonly annotations?: { readonly title?: unknown } | null
}

const longest = 512

export interface ToolNames {
  readonly toolNames: string[]
  /** "" where it has none. */
  readonly toolTitles: string[]
}

/** Names that no column takes, or that nobody would type, are left out; the list itself keeps them. */
export function namesOf(entries: readonly Entry[]): ToolNames {
  const found = entries.filter(({ name }) => name.length <= longest && isStorable(name))
  return { toolNames: found.map(({ name }) => name), toolTitles: found.map(titleOf) }
}

function titleOf({ title, annotations }: Entry): string {
  const text = [title, annotations?.title].find((one) => typeof one === 'string')
  return typeof text === 'string' && isStorable(text) ? text.slice(0, longest).toWellFormed() : ''
}

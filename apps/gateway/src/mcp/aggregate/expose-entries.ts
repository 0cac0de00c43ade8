// The entries of a server's list as the aggregate endpoint offers them: the server's own texts but for names and URIs.

import { createHash } from 'node:crypto'
import { exposedName, exposedUri } from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import { type ListMethod, listKinds, rawMember, replaceMember } from '@gatehouse/upstream'
import { hasInvalidAnnotations } from '../param-headers.ts'
import { exposeApp } from './expose.ts'

export interface Offer {
  /** Of this very offer, in this process. */
  readonly id: number
  /** JSON texts. */
  readonly entries: readonly string[]
  /** Of tools and prompts: exposed name to the server's own. */
  readonly names: ReadonlyMap<string, string>
  /** Of tools: own name to the input schema, as JSON text. */
  readonly schemas: ReadonlyMap<string, string>
  /** Own names of tools that may not be offered: their annotations are invalid. */
  readonly refused: readonly string[]
  /** Of the server's own entries. */
  readonly digest: string
  /** In memory, in bytes, roughly. */
  readonly size: number
}

let offers = 0

/** @param before returned again where it was made of the same entries */
export function exposeEntries(
  method: ListMethod,
  { slug, disabled_tools }: Pick<ResolvedServer, 'slug' | 'disabled_tools'>,
  own: readonly string[],
  before: Offer | undefined,
): Offer {
  const hash = createHash('sha256')
  for (const entry of own) hash.update(entry).update('\n')
  const digest = hash.digest('base64')
  if (before?.digest === digest) return before
  const { key } = listKinds[method]
  const entries = new Map<string, string>()
  const names = new Map<string, string>()
  const schemas = new Map<string, string>()
  const refused: string[] = []
  for (const text of own) {
    const name = JSON.parse(rawMember(text, key) ?? '""') as string // readList has seen that it is a string
    const exposed = key === 'name' ? exposedName(slug, name) : exposedUri(slug, name)
    if (entries.has(exposed) || (method === 'tools/list' && disabled_tools.includes(name))) continue
    let entry = replaceMember(text, key, JSON.stringify(exposed))
    if (method === 'tools/list') {
      const schema = rawMember(text, 'inputSchema') ?? '{}'
      if (hasInvalidAnnotations(schema)) {
        refused.push(name)
        continue
      }
      schemas.set(name, schema)
      entry = exposeApp(slug, entry)
    }
    entries.set(exposed, entry)
    if (key === 'name') names.set(exposed, name)
  }
  const size = [...entries.values()].reduce((sum, text) => sum + 2 * text.length + 100, 1_000)
  offers += 1
  return { id: offers, entries: [...entries.values()], names, schemas, refused, digest, size }
}

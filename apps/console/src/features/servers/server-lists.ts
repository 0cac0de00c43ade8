// What a server offers beside tools, asked through the gateway. It is a stranger's: what has no name is left out.

import { queryOptions } from '@tanstack/react-query'
import { toApiError } from '#lib/api-error.ts'
import { askServer } from '#lib/ask-server.ts'
import type { Tokens } from '#lib/gateway-token.ts'

export interface Offer {
  /** A name of a prompt, a URI of a resource, a URI template. */
  readonly id: string
  readonly title: string | undefined
  readonly description: string | undefined
  readonly mimeType: string | undefined
  /** Of a prompt. */
  readonly takes: readonly { readonly name: string; readonly required: boolean }[]
}

const lists = {
  prompts: { method: 'prompts/list', member: 'prompts', id: 'name' },
  resources: { method: 'resources/list', member: 'resources', id: 'uri' },
  templates: { method: 'resources/templates/list', member: 'resourceTemplates', id: 'uriTemplate' },
} as const
export type ListName = keyof typeof lists

/** More pages are not asked for. */
const maxPages = 20

interface Where {
  readonly workspaceId: string
  readonly slug: string
  readonly tokens: Tokens
}

/** `all` is false where there is more than is asked for. A server without such a list has an empty one. */
export const offersRead = ({ workspaceId, slug, tokens }: Where, name: ListName) =>
  queryOptions({
    queryKey: [workspaceId, 'offers', slug, name],
    queryFn: async ({ signal }) => {
      const { method, member, id } = lists[name]
      const offers: Offer[] = []
      let cursor: string | undefined
      for (let page = 0; page < maxPages; page += 1) {
        const params = cursor === undefined ? {} : { cursor }
        const result = await askServer(tokens, { slug, method, params }, signal).catch((error: unknown) => {
          if (toApiError(error).code === 'method_not_found') return {}
          throw error
        })
        const entries = memberOf(result, member)
        for (const entry of Array.isArray(entries) ? entries : []) offers.push(...toOffer(entry, id))
        cursor = text(result, 'nextCursor')
        if (cursor === undefined) return { offers, all: true }
      }
      return { offers, all: false }
    },
    staleTime: 30_000,
    retry: false,
  })

export interface Discovered {
  readonly name: string | undefined
  readonly version: string | undefined
  readonly instructions: string | undefined
  /** Names, each with what it says of itself as JSON. */
  readonly capabilities: readonly (readonly [name: string, says: string])[]
  readonly extensions: readonly string[]
}

export const discoverRead = ({ workspaceId, slug, tokens }: Where) =>
  queryOptions({
    queryKey: [workspaceId, 'offers', slug, 'discover'],
    queryFn: async ({ signal }): Promise<Discovered> => {
      const result = await askServer(tokens, { slug, method: 'server/discover' }, signal)
      const info =
        memberOf(memberOf(result, '_meta'), 'io.modelcontextprotocol/serverInfo') ??
        memberOf(result, 'serverInfo')
      const { extensions, ...capabilities } = membersOf(memberOf(result, 'capabilities'))
      return {
        name: text(info, 'title') ?? text(info, 'name'),
        version: text(info, 'version'),
        instructions: text(result, 'instructions'),
        capabilities: Object.entries(capabilities).map(
          ([name, says]) => [name, JSON.stringify(says)] as const,
        ),
        extensions: Object.keys(membersOf(extensions)),
      }
    },
    staleTime: 30_000,
    retry: false,
  })

function toOffer(entry: unknown, idMember: string): Offer[] {
  const id = text(entry, idMember)
  if (id === undefined) return []
  const takes = memberOf(entry, 'arguments')
  const name = text(entry, 'name')
  return [
    {
      id,
      title: text(entry, 'title') ?? (name === id ? undefined : name),
      description: text(entry, 'description'),
      mimeType: text(entry, 'mimeType'),
      takes: (Array.isArray(takes) ? takes : []).flatMap((one) => {
        const argument = text(one, 'name')
        return argument === undefined
          ? []
          : [{ name: argument, required: memberOf(one, 'required') === true }]
      }),
    },
  ]
}

const membersOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

const memberOf = (value: unknown, name: string): unknown => membersOf(value)[name]

function text(value: unknown, name: string): string | undefined {
  const found = memberOf(value, name)
  return typeof found === 'string' ? found : undefined
}

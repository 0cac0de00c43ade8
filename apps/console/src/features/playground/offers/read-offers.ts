// What is offered at an address, without losing a digit of its schemas. A server's tools come from the registry, which knows those
// that are switched off; everything else is asked for through the gateway, as whoever was chosen to call.

import { queryOptions } from '@tanstack/react-query'
import { send as sendApi } from '#lib/api.ts'
import { ApiError, errorOf } from '#lib/api-error.ts'
import type { Tokens } from '#lib/gateway-token.ts'
import { outcomeOf } from '../call/outcome.ts'
import { requestOf } from '../call/request.ts'
import { send } from '../call/send.ts'
import { isList, type Json, member, object, textMember } from '../json/json.ts'
import { parseSent } from '../json/parse-json.ts'
import { type Offer, promptOf, resourceOf, templateOf, toolOf } from './offer.ts'

export type Kind = 'tools' | 'prompts' | 'resources'

export interface Asking {
  readonly workspaceId: string
  readonly tokens: Tokens
  /** Whose tokens these are. */
  readonly as: string
  /** Id; undefined at the address of all servers. */
  readonly serverId: string | undefined
  /** Of the address below `/mcp/`. */
  readonly path: string
}

export const offersRead = (asking: Asking, kind: Kind) =>
  queryOptions({
    queryKey: [asking.workspaceId, 'exact-offers', asking.path, kind, ...callerOf(asking, kind)],
    queryFn: async ({ signal }) => distinct(await read[kind](asking, signal)),
    staleTime: 30_000,
    retry: false,
  })

/** The registry's list is the same for every caller. */
const callerOf = ({ as, serverId }: Asking, kind: Kind) =>
  kind === 'tools' && serverId !== undefined ? [] : [as]

type Found = readonly (Offer | undefined)[]

const read: Readonly<Record<Kind, (asking: Asking, signal: AbortSignal) => Promise<Found>>> = {
  tools: (asking, signal) =>
    asking.serverId === undefined
      ? list(asking, 'tools/list', 'tools', (entry) => toolOf(entry), signal)
      : storedTools(asking.workspaceId, asking.serverId, signal),
  prompts: (asking, signal) => list(asking, 'prompts/list', 'prompts', promptOf, signal),
  resources: async (asking, signal) => {
    const both = await Promise.all([
      list(asking, 'resources/list', 'resources', resourceOf, signal),
      list(asking, 'resources/templates/list', 'resourceTemplates', templateOf, signal),
    ])
    return both.flat()
  },
}

async function storedTools(workspaceId: string, serverId: string, signal: AbortSignal): Promise<Found> {
  const response = await sendApi(`/registry/v1/servers/${serverId}/tools`, { workspaceId, signal })
  if (!response.ok) throw await errorOf(response)
  const listed = parseSent(await response.text())
  const off = member(listed, 'disabled_tools')
  return entriesOf(listed, 'tools').map((entry) =>
    toolOf(entry, isList(off) && off.includes(textMember(entry, 'name') ?? null)),
  )
}

/** More pages are not asked for. */
const maxPages = 20

/** A server without such a list has an empty one. @throws ApiError */
async function list(
  { tokens, path }: Asking,
  method: string,
  listMember: string,
  toOffer: (entry: Json) => Offer | undefined,
  signal: AbortSignal,
): Promise<Found> {
  const found: (Offer | undefined)[] = []
  let cursor: string | undefined
  for (let page = 0; page < maxPages; page += 1) {
    const request = requestOf({ path, method, params: object({ cursor }), headers: [] })
    const token = await tokens.get()
    const answer = await send({ path, token, request, signal, onNotification: () => undefined })
    if (answer.status === 401) tokens.drop()
    const outcome = outcomeOf(answer)
    if (outcome.kind !== 'result') {
      const { message, code } = 'code' in outcome ? outcome : { message: 'It asks back', code: 'none' }
      if (code === '-32601' || code === 'method_not_found') return []
      const { status, requestId } = answer
      throw new ApiError({
        status,
        code: /^[a-z_]+$/.test(code) ? code : 'upstream_invalid',
        detail: message,
        requestId,
      })
    }
    found.push(...entriesOf(outcome.result, listMember).map(toOffer))
    cursor = textMember(outcome.result, 'nextCursor')
    if (cursor === undefined) break
  }
  return found
}

function entriesOf(listed: Json, listMember: string): readonly Json[] {
  const entries = member(listed, listMember)
  return isList(entries) ? entries : []
}

/** Each name once: a request can mean one only. */
function distinct(found: Found): Offer[] {
  const named = new Map<string, Offer>()
  for (const offer of found) {
    const key = `${offer?.kind} ${offer?.name}`
    if (offer !== undefined && !named.has(key)) named.set(key, offer)
  }
  return [...named.values()]
}

// The tools of a server, read without losing a digit of their schemas.

import type { Server } from '@gatehouse/registry-api'
import { queryOptions } from '@tanstack/react-query'
import { send } from '#lib/api.ts'
import { errorOf } from '#lib/api-error.ts'
import { isList, isObject, type Json, member, textMember } from './json/json.ts'
import { parseSent } from './json/parse-json.ts'

/** A tool as its server describes it. */
export interface Tool {
  readonly name: string
  readonly title: string | undefined
  readonly description: string | undefined
  readonly inputSchema: Json
  readonly outputSchema: Json | undefined
  readonly destructive: boolean
  /** Switched off at the gateway. */
  readonly off: boolean
}

export const exactToolsRead = (workspaceId: string, server: Server | undefined) =>
  queryOptions({
    queryKey: [workspaceId, 'exact-tools', server?.id],
    queryFn: async ({ signal }) => {
      const response = await send(`/registry/v1/servers/${server?.id}/tools`, { workspaceId, signal })
      if (!response.ok) throw await errorOf(response)
      return toolsOf(parseSent(await response.text()))
    },
    enabled: server !== undefined,
    staleTime: 30_000,
  })

/** Each name once: a call can mean one tool only. */
function toolsOf(listed: Json): Tool[] {
  const tools = member(listed, 'tools')
  const off = member(listed, 'disabled_tools')
  const found = new Map<string, Tool>()
  for (const entry of isList(tools) ? tools : []) {
    const name = textMember(entry, 'name')
    if (name === undefined || found.has(name)) continue
    found.set(name, toolOf(name, entry, isList(off) && off.includes(name)))
  }
  return [...found.values()]
}

function toolOf(name: string, entry: Json, off: boolean): Tool {
  const schema = member(entry, 'inputSchema')
  const hints = member(entry, 'annotations')
  return {
    name,
    title: textMember(entry, 'title') ?? textMember(hints, 'title'),
    description: textMember(entry, 'description'),
    inputSchema: isObject(schema) ? schema : new Map<string, Json>([['type', 'object']]),
    outputSchema: member(entry, 'outputSchema'),
    destructive: member(hints, 'destructiveHint') === true && member(hints, 'readOnlyHint') !== true,
    off,
  }
}

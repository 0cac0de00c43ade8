// Switches tools of a server on or off by name or pattern; gateways hide those that are off and refuse calls to them.

import type { switchTools as schema } from '@gatehouse/registry-api'
import type { z } from 'zod'
import type { Call } from '../actor.ts'
import type { Deps } from '../deps.ts'
import { setDisabledTools } from '../servers/settings.ts'
import type { ServerRow } from '../servers/to-wire.ts'
import type { ToolLists } from './list-tools.ts'

/** @returns every name that is off now. @throws AppError as ToolLists.list; mcp_server_not_found, revocation_pending */
export async function switchTools(
  deps: Deps,
  call: Call,
  lists: ToolLists,
  server: ServerRow,
  { enabled, match }: z.output<typeof schema>,
): Promise<string[]> {
  if (enabled) {
    return setDisabledTools(deps, call, server.id, (disabled) => {
      const meant = meaning(match, disabled)
      return disabled.filter((name) => !meant(name))
    })
  }
  const { toolsJson } = await lists.list(server, call.actor.userId, false)
  const tools = JSON.parse(toolsJson) as { name: string }[] // list has seen the names
  const all = tools.map(({ name }) => name)
  const names = all.filter(meaning(match, all))
  return setDisabledTools(deps, call, server.id, (disabled) => [...new Set([...disabled, ...names])].sort())
}

/** A tool that is called so, stars and all, is meant alone. */
const meaning = (match: string | undefined, names: readonly string[]) =>
  match !== undefined && names.includes(match) ? (name: string) => name === match : matcher(match)

/** `*` stands for any text. Found from left to right, which takes no longer for hostile patterns. */
function matcher(match = '*'): (name: string) => boolean {
  const [first = '', ...rest] = match.split('*')
  const last = rest.pop()
  if (last === undefined) return (name) => name === first
  return (name) => {
    if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last))
      return false
    let at = first.length
    for (const part of rest) {
      const found = name.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return at <= name.length - last.length
  }
}

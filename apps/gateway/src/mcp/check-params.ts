// The Mcp-Param-* headers of a call: compared with its arguments, as we answer as the server that has the tool; and made anew for
// the server that really has it. What a tool asks for is in its schema: param-headers.ts reads it.

import { AppError } from '@gatehouse/errors'
import { paramHeaderPrefix } from '@gatehouse/protocol'
import type { Deps } from '../deps.ts'
import { bindingOf } from './binding-of.ts'
import type { Call, Message } from './call.ts'
import { compareParamHeaders, paramHeaderNames, paramHeaders } from './param-headers.ts'
import type { Binding } from './sealed-state.ts'
import type { Bearer } from './session-token.ts'

/** A schema so fresh is not asked for again because a client disagrees with it. */
const recentMs = 5_000

/** @param binding of a modern client's call, under the server's own name of the tool. @throws AppError header_mismatch */
export async function checkParams(deps: Deps, call: Call, bearer: Bearer, binding: Binding): Promise<void> {
  const schema = await schemaOf(deps, bearer, binding)
  if (schema === undefined) return
  const { argumentsText } = binding
  try {
    compareParamHeaders(schema, argumentsText, call.request.headers)
  } catch (disagrees) {
    const newer = await schemaOf(deps, bearer, binding, performance.now() - recentMs)
    if (newer === schema) throw disagrees
    if (newer !== undefined) compareParamHeaders(newer, argumentsText, call.request.headers)
  }
}

/** True where the client repeats arguments. */
export const hasParams = ({ request }: Call): boolean =>
  Object.keys(request.headers).some((name) => name.startsWith(paramHeaderPrefix))

/**
 * For a modern request to the server: what its schema asks for, made of the arguments, and those of a modern client that mean
 * nothing to it.
 * @param after as ServerLists.schemaOf
 */
export async function paramsOf(
  deps: Deps,
  call: Call,
  { bearer, message }: { readonly bearer: Bearer; readonly message: Message },
  after?: number,
): Promise<readonly (readonly [string, string])[]> {
  const binding = bindingOf(message)
  const schema = (await schemaOf(deps, bearer, binding, after)) ?? '{}'
  const known = new Set(paramHeaderNames(schema))
  const unknown = Object.entries(call.request.headers).filter(
    (entry): entry is [string, string] =>
      message.era === 'modern' &&
      typeof entry[1] === 'string' &&
      entry[0].startsWith(paramHeaderPrefix) &&
      !known.has(entry[0]),
  )
  return [...paramHeaders(schema, binding.argumentsText), ...unknown]
}

/** Undefined where it can't be known: then the server alone decides. */
async function schemaOf(
  deps: Deps,
  { caller, server }: Bearer,
  { method, name = '' }: Binding,
  after?: number,
): Promise<string | undefined> {
  if (method !== 'tools/call') return undefined
  try {
    return await deps.lists.schemaOf(caller, server, name, after)
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code.startsWith('upstream_')) return undefined
    throw thrown
  }
}

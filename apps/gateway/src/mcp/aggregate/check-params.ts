// The Mcp-Param-* headers of a call: compared with its arguments, as we answer as the server that has the tool; and made anew for
// the server that really has it.

import { AppError } from '@gatehouse/errors'
import { paramHeaderPrefix } from '@gatehouse/protocol'
import type { Deps } from '../../deps.ts'
import type { Call, Message } from '../call.ts'
import { compareParamHeaders, paramHeaderNames, paramHeaders } from '../param-headers.ts'
import type { Bearer } from '../session-token.ts'
import { argumentsOf, type Target } from './target.ts'

/** A schema so fresh is not asked for again because a client disagrees with it. */
const recentMs = 5_000

/** @throws AppError header_mismatch */
export async function checkParams(deps: Deps, call: Call, { bearer, message }: Target): Promise<void> {
  const schema = await schemaOf(deps, bearer, message)
  if (schema === undefined) return
  const args = argumentsOf(message)
  try {
    compareParamHeaders(schema, args, call.request.headers)
  } catch (disagrees) {
    const newer = await schemaOf(deps, bearer, message, performance.now() - recentMs)
    if (newer === schema) throw disagrees
    if (newer !== undefined) compareParamHeaders(newer, args, call.request.headers)
  }
}

/**
 * For a modern request to the server: what its schema asks for, made of the arguments, and those of the client that mean nothing
 * to it.
 * @param after as ServerLists.schemaOf
 */
export async function paramsOf(
  deps: Deps,
  call: Call,
  { bearer, message }: Target,
  after?: number,
): Promise<readonly (readonly [string, string])[]> {
  const schema = (await schemaOf(deps, bearer, message, after)) ?? '{}'
  const known = paramHeaderNames(schema)
  const unknown = Object.entries(call.request.headers).filter(
    (entry): entry is [string, string] =>
      message.era === 'modern' &&
      typeof entry[1] === 'string' &&
      entry[0].startsWith(paramHeaderPrefix) &&
      !known.includes(entry[0]),
  )
  return [...paramHeaders(schema, argumentsOf(message)), ...unknown]
}

/** Undefined where it can't be known: then the server alone decides. */
async function schemaOf(
  deps: Deps,
  bearer: Bearer,
  { envelope: { method, name = '' } }: Message,
  after?: number,
): Promise<string | undefined> {
  if (method !== 'tools/call') return undefined
  try {
    return await deps.lists.schemaOf(bearer.caller, bearer.server, name, after)
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code.startsWith('upstream_')) return undefined
    throw thrown
  }
}

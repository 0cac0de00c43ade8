// The arguments of a captured call as they were sent, digit by digit, or why there are none.

import type { CapturedBodies } from '@gatehouse/registry-api'
import { isObject, type Json, member } from './json/json.ts'
import { parseSent } from './json/parse-json.ts'
import { printJson } from './json/print-json.ts'

/** `begin`: JSON text. */
export type Captured = { readonly begin: string } | { readonly why: string }

export function capturedArguments({ request }: Pick<CapturedBodies, 'request'>): Captured {
  if (request.truncated) return { why: 'the call was longer than what is kept of one' }
  if (request.masked) return { why: 'a credential stood in them, which is not kept' }
  const message = parsed(request.body)
  const given = member(member(message, 'params'), 'arguments')
  if (given === undefined) return isObject(message) ? { begin: '{}' } : { why: 'the call can not be read' }
  return { begin: printJson(given) }
}

function parsed(body: string): Json | undefined {
  try {
    return parseSent(body)
  } catch {
    return undefined
  }
}

// What clients answered to the questions in questions.ts; undefined where they did not.

import { acceptedContent, inputResponse } from '@modelcontextprotocol/server'
import type { Responses } from './asking-tools.ts'

/** A field of an accepted form. */
export const content = (responses: Responses, key: string, field: string): unknown =>
  acceptedContent({ ...responses }, key)?.[field]

export const named = (responses: Responses, key: string) => {
  const name = content(responses, key, 'name')
  return typeof name === 'string' ? name : undefined
}

/** What the model said. */
export function sampled(responses: Responses, key: string): string | undefined {
  const given = inputResponse({ ...responses }, key)
  if (given.kind !== 'sampling') return undefined
  const [block] = [given.result.content].flat()
  return block?.type === 'text' ? block.text : JSON.stringify(given.result.content)
}

/** The URIs of the roots. */
export function roots(responses: Responses, key: string): string | undefined {
  const given = inputResponse({ ...responses }, key)
  return given.kind === 'roots' ? given.roots.map(({ uri }) => uri).join(', ') : undefined
}

/** What the person did and gave. */
export function elicited(responses: Responses, key: string): string | undefined {
  const given = inputResponse({ ...responses }, key)
  if (given.kind !== 'elicit') return undefined
  return `action=${given.action}, content=${JSON.stringify(given.content ?? {})}`
}

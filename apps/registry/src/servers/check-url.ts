// Where a server may be: what the way out allows, and never ourselves.

import { AppError } from '@gatehouse/errors'
import type { Deps } from '../deps.ts'

/** An index holds them. */
const maxLength = 2_048

/** @returns the URL as it will be contacted @throws AppError url_not_allowed */
export function checkUrl(deps: Deps, text: string): URL {
  const trimmed = text.trim()
  if (trimmed.length > maxLength)
    throw new AppError('url_not_allowed', { what: `it is longer than ${maxLength} characters` })
  const url = deps.egress.checkUrl(trimmed)
  const { PUBLIC_URL, GATEWAY_URL, GATEWAY_PUBLIC_URL, CONSOLE_PUBLIC_URL } = deps.config
  const own = [PUBLIC_URL, GATEWAY_URL, GATEWAY_PUBLIC_URL, CONSOLE_PUBLIC_URL].map(
    (own) => new URL(own).origin,
  )
  if (own.includes(url.origin)) {
    throw new AppError('url_not_allowed', { what: 'it is an address of this installation itself' })
  }
  return url
}

/** What URLs are compared by: trimmed, without trailing slashes, letter case ignored. */
export const urlKeyOf = (text: string): string =>
  text
    .trim()
    .replace(/(?<!\/)\/+$/, '') // looked for at the first of many slashes only
    .toLowerCase()

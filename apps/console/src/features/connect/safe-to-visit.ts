// An address that another party named, before a browser goes there.

import { ApiError } from '#lib/api-error.ts'

/** @throws ApiError where it is no page of the web */
export function safeToVisit(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url.href
  throw new ApiError({
    status: 0,
    code: 'oauth_failed',
    detail: 'Tell who runs the server: its authorization server named an address that is no web page',
    requestId: null,
  })
}

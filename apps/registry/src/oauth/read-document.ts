// One metadata document from an address that a server named or that is well known.

import { AppError } from '@gatehouse/errors'
import type { z } from 'zod'
import type { Deps } from '../deps.ts'

/**
 * Null where nothing is served there.
 * @throws AppError oauth_discovery_failed for a document that is not as it must be; url_not_allowed, upstream_unreachable, upstream_timeout
 */
export async function readDocument<S extends z.ZodType>(
  deps: Pick<Deps, 'egress'>,
  url: string,
  schema: S,
): Promise<z.output<S> | null> {
  const response = await deps.egress.fetch(url, { headers: { accept: 'application/json' } })
  if (response.status >= 500)
    throw new AppError('oauth_discovery_failed', {
      what: `its metadata was answered with ${response.status}`,
    })
  if (response.status !== 200) return null
  const isJson = /^application\/([\w.-]+\+)?json\b/i.test(response.headers.get('content-type') ?? '')
  const body: unknown = await response.json().catch(() => undefined)
  // A page for people instead of a document: nothing is served there.
  if (!isJson && body === undefined) return null
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const member = parsed.error.issues[0]?.path.join('.')
  throw new AppError('oauth_discovery_failed', {
    what: `its metadata lacks what is needed${member ? ` ('${member}')` : ''}`,
  })
}

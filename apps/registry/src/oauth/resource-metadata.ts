// What a server says about itself as a protected resource (RFC 9728): at the address that its challenge names, else at the
// well-known one with its path, else at the root.

import { AppError } from '@gatehouse/errors'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import type { Challenge } from './challenge.ts'
import { readDocument } from './read-document.ts'
import { scopeList, word } from './words.ts'

const document = z.object({
  resource: word,
  authorization_servers: z.array(word).min(1),
  scopes_supported: scopeList.optional(),
})
export type ResourceMetadata = z.output<typeof document>

/** Null where there is none: a server of the oldest revision. @throws AppError oauth_discovery_failed */
export async function findResourceMetadata(
  deps: Pick<Deps, 'egress'>,
  serverUrl: string,
  challenge: Challenge,
): Promise<ResourceMetadata | null> {
  const { origin, pathname, search } = new URL(serverUrl)
  const known = `${origin}/.well-known/oauth-protected-resource`
  const places = challenge.resourceMetadataUrl
    ? [challenge.resourceMetadataUrl]
    : [...new Set([`${known}${pathname === '/' ? '' : pathname}${search}`, known])]
  for (const place of places) {
    const found = await readDocument(deps, place, document)
    if (found === null) continue
    if (isWithin(serverUrl, found.resource)) return found
    throw new AppError('oauth_discovery_failed', {
      what: 'the metadata of the MCP server is about another resource',
    })
  }
  return null
}

/** A token for `resource` is meant for this server: the same origin, and its path or one above. */
function isWithin(serverUrl: string, resource: string): boolean {
  if (!URL.canParse(resource) || resource.includes('#')) return false
  const [server, whole] = [new URL(serverUrl), new URL(resource)]
  const slash = (path: string) => (path.endsWith('/') ? path : `${path}/`)
  return server.origin === whole.origin && slash(server.pathname).startsWith(slash(whole.pathname))
}

// Resource URIs on the aggregate endpoint: `{slug}+{uri}`, and `ui://{slug}/{rest}` for `ui://{rest}`, which hosts know by its scheme.
// Slugs hold neither a plus nor a slash, so every URI (and every URI template) maps back to exactly what it was.

const ui = 'ui://'
const maxSlug = 32

/** The URI under which the aggregate endpoint offers a server's resource or template. */
export const exposedUri = (slug: string, uri: string): string =>
  uri.startsWith(ui) ? `${ui}${slug}/${uri.slice(ui.length)}` : `${slug}+${uri}`

export interface OwnUri {
  readonly slug: string
  /** As the server knows it. */
  readonly uri: string
}

/** The server's own URI; undefined for what the aggregate endpoint never made. */
export function ownUri(exposed: string): OwnUri | undefined {
  const start = exposed.startsWith(ui) ? ui.length : 0
  const end = exposed.indexOf(start > 0 ? '/' : '+', start)
  const slug = exposed.slice(start, end)
  if (end === -1 || slug.length > maxSlug || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug)) return undefined
  const rest = exposed.slice(end + 1)
  if (start === 0) return rest.startsWith(ui) ? undefined : { slug, uri: rest }
  return { slug, uri: ui + rest }
}

// Which addresses of the console are passed on, and where to. Everything else is a page.

/** Where a request goes: an origin of the configuration and the path there. */
export interface Target {
  readonly to: 'registry' | 'gateway'
  readonly path: string
}

/** Who we are to authorization servers: they read it at our public address. */
const metadata = '/oauth/client-metadata.json'

const table = [
  { prefix: metadata, to: 'registry', keep: metadata, only: /^\/oauth\/client-metadata\.json$/ },
  { prefix: '/api/auth/', to: 'registry', keep: '/api/auth/', only: /^\/api\/auth\// },
  { prefix: '/api/registry/', to: 'registry', keep: '/', only: /^\/(v1|errors)\// },
  { prefix: '/api/gateway/', to: 'gateway', keep: '/', only: /^\/mcp(\/|\?|$)/ },
] as const

/** Undefined for what is not passed on: another prefix, or a path that a server could read as another one. */
export function targetOf(url: string): Target | undefined {
  const row = table.find(({ prefix }) => url.startsWith(prefix))
  if (!row) return undefined
  const path = row.keep + url.slice(row.prefix.length)
  const plain = path.split('?', 1)[0] ?? ''
  const twoMeanings = /\/\/|\\|#|(^|\/)(\.|%2e){1,2}(\/|$)|%2f|%5c|%00/i.test(plain)
  return twoMeanings || !row.only.test(path) ? undefined : { to: row.to, path }
}

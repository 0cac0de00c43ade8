// What a browser on the console's pages does: keeps the cookie, names its origin. Used by tests about people.

import type { TestRegistry } from './registry.ts'

export interface TestBrowser {
  /** The cookie it keeps, as `name=value`; undefined while signed out. */
  cookie(): string | undefined
  get(path: string, headers?: Record<string, string>): Promise<Response>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
}

/** From the console's origin, unless `headers` say another. */
export function testBrowser(registry: Pick<TestRegistry, 'url' | 'deps'>): TestBrowser {
  let cookie: string | undefined
  const origin = new URL(registry.deps.config.CONSOLE_PUBLIC_URL).origin
  const keep = (response: Response) => {
    for (const set of response.headers.getSetCookie()) {
      if (!/^(__Host-)?gatehouse=/.test(set)) continue
      cookie = /max-age=0\b/i.test(set) ? undefined : set.split(';')[0]
    }
    return response
  }
  const sent = (more: Record<string, string>) => ({ ...(cookie ? { Cookie: cookie } : {}), ...more })
  return {
    cookie: () => cookie,
    get: async (path, headers = {}) => keep(await fetch(registry.url + path, { headers: sent(headers) })),
    async post(path, body, headers = {}) {
      const all = sent({ 'Content-Type': 'application/json', Origin: origin, ...headers })
      return keep(
        await fetch(registry.url + path, { method: 'POST', headers: all, body: JSON.stringify(body) }),
      )
    },
  }
}

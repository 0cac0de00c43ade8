// What the registry says about itself is true, complete and safe to open.

import { codes } from '@gatehouse/errors'
import { operations } from '@gatehouse/registry-api'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicApp } from '../app.ts'
import { expectDocumented } from '../testing/documented.ts'
import { startTestRegistry, type TestRegistry } from '../testing/registry.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await startTestRegistry()
})
afterAll(() => registry.stop())

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const get = (path: string, accept = '*/*') => fetch(registry.url + path, { headers: { accept } })

describe('the OpenAPI document', () => {
  test('is served to anyone and names the public address', async () => {
    const response = await get('/openapi.json')
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('application/json'),
    ])
    expect(await response.json()).toMatchObject({
      openapi: '3.1.0',
      servers: [{ url: 'http://registry.test' }],
    })
  })

  test('describes exactly what is served under /v1', () => {
    const app = publicApp({ ...registry.deps, metrics: new Registry() }, () => {
      throw new Error('no request is made')
    })
    const served = routes(app.router.stack as unknown as readonly Layer[]).filter((route) =>
      route.includes(' /v1/'),
    )
    const documented = operations.map(({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`)
    expect(served.sort()).toEqual(documented.sort())
  })

  test.each(operations.filter(({ permission }) => permission !== undefined))(
    '$id answers without a key as documented',
    async ({ method, path }) => {
      const url = registry.url + path.replace(/\{\w+\}/g, '019aa4c2-0000-7000-8000-000000000001')
      const response = await fetch(url, { method: method.toUpperCase() })
      expect(response.status).toBe(401)
      expectDocumented(method, url, response, await response.text())
    },
  )

  test.each(operations)(
    '$id answers a body of another media type as documented',
    async ({ method, path }) => {
      if (method === 'get' || method === 'delete') return
      const url = registry.url + path.replace(/\{\w+\}/g, '019aa4c2-0000-7000-8000-000000000001')
      const headers = { 'content-type': 'text/plain' }
      const response = await fetch(url, { method: method.toUpperCase(), headers, body: 'x' })
      expect(response.status).toBe(415)
      expectDocumented(method, url, response, await response.text())
    },
  )
})

test('an answer with an undocumented status, code or member is noticed', () => {
  const url = 'http://registry.test/v1/deepagents/mcp/tools?url=x'
  const judge = (status: number, body: object) => () => {
    const text = JSON.stringify(body)
    const headers = { 'content-type': 'application/json' }
    expectDocumented('GET', url, new Response(text, { status, headers }), text)
  }
  const list = { tools: [], cached: false, fetched_at: '2026-06-01T20:50:32Z' }
  const error = {
    type: 'http://registry.test/errors/slug_taken',
    code: 'slug_taken',
    detail: 'x',
    status: 409,
  }
  expect(judge(200, list)).not.toThrow()
  expect(judge(200, { ...list, more: 1 })).toThrow()
  expect(judge(201, list)).toThrow()
  expect(judge(409, error)).toThrow()
  expect(judge(403, { error: 'Forbidden', reason: 'x' })).toThrow()
})

describe('the pages', () => {
  test('show every operation and every code, load nothing from elsewhere and run no script', async () => {
    const response = await get('/docs', browser)
    const page = await response.text()
    for (const { id, path } of operations) {
      expect(page).toContain(`id="${id}"`)
      expect(page).toContain(path)
    }
    for (const code of Object.keys(codes)) expect(page).toContain(`/errors/${code}`)
    expect(page).not.toMatch(/<script|\sstyle=|\son\w+=|\b(?:src|href)="(?:https?:)?\/\//)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    const style = await get('/docs/style.css')
    expect([style.status, style.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/css'),
    ])
    expect(await style.text()).not.toMatch(/@import|url\(/)
  })

  test.each(Object.keys(codes))(
    '/errors/%s is Markdown for programs and a page for browsers',
    async (code) => {
      const [plain, page] = [await get(`/errors/${code}`), await get(`/errors/${code}`, browser)]
      expect(plain.headers.get('content-type')).toContain('text/markdown')
      expect(await plain.text()).toContain(`# ${code}`)
      expect(page.headers.get('content-type')).toContain('text/html')
      expect(await page.text()).toContain(`<code>${code}</code>`)
    },
  )

  test.each(['nonsense', 'constructor', '__proto__', '%3Cb%3E'])('/errors/%s is 404', async (code) => {
    const response = await get(`/errors/${code}`, browser)
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      expect.stringContaining('application/json'),
    ])
  })
})

/** What the types of Express leave out: routers are handlers with a stack of their own. */
interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> }
  readonly handle?: unknown
}

function routes(stack: readonly Layer[]): string[] {
  return stack.flatMap(({ route, handle }) => {
    if (route) return Object.keys(route.methods).map((method) => `${method} ${route.path}`)
    const inner = typeof handle === 'function' && 'stack' in handle ? handle.stack : []
    return routes(inner as readonly Layer[]) // of a router, whose stack has the same kind of layers
  })
}

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ConfigError, kind, loadConfig, Secret } from './index.ts'

const settings = {
  PORT: { schema: kind.port(), about: 'where to listen' },
  PUBLIC_URL: { schema: kind.baseUrl(), about: 'our address' },
  GATEWAY_TOKEN: { schema: kind.secret(), about: 'shared with the gateways', secret: true },
  GATEHOUSE_DRAIN_MS: { schema: kind.whole(0, 60_000, 20_000), about: 'longest wait' },
} as const

const good = {
  PORT: '7400',
  PUBLIC_URL: 'https://mcp.example.com/',
  GATEWAY_TOKEN: 'q8Zp1xW0vR7nT4kL9sD2fG6hJ3bM5cYa',
}

const mistakesOf = (env: Record<string, string>) => {
  try {
    loadConfig('test', settings, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
  return []
}

describe('loadConfig', () => {
  test('turns text into typed values and uses fallbacks', () => {
    const values = loadConfig('test', settings, good)
    expect(values.PORT).toBe(7400)
    expect(values.PUBLIC_URL).toBe('https://mcp.example.com')
    expect(values.GATEWAY_TOKEN.reveal()).toBe(good.GATEWAY_TOKEN)
    expect(values.GATEHOUSE_DRAIN_MS).toBe(20_000)
  })

  test('tells all mistakes at once, by name', () => {
    const mistakes = mistakesOf({ PORT: 'x', PUBLIC_URL: 'ftp://a', GATEHOUSE_DRAIN_MS: '-1' })
    expect(mistakes.map((line) => line.split(':')[0])).toEqual([
      'PORT',
      'PUBLIC_URL',
      'GATEWAY_TOKEN',
      'GATEHOUSE_DRAIN_MS',
    ])
  })

  test('a misspelt setting of ours is a mistake; one that another app knows is not', () => {
    expect(mistakesOf({ ...good, GATEHOUSE_DRAIN: '1' })).toEqual([
      expect.stringContaining('no such setting'),
    ])
    expect(mistakesOf({ ...good, GATEHOUSE_DATA_DIR: '/tmp' })).toEqual([])
  })

  test('a secret may come from a file, but not twice', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'token')
    writeFileSync(file, `${good.GATEWAY_TOKEN}\n`)
    const { GATEWAY_TOKEN: _, ...rest } = good
    expect(loadConfig('test', settings, { ...rest, GATEWAY_TOKEN_FILE: file }).GATEWAY_TOKEN.reveal()).toBe(
      good.GATEWAY_TOKEN,
    )
    expect(mistakesOf({ ...good, GATEWAY_TOKEN_FILE: file })).toEqual([expect.stringContaining('not both')])
    expect(mistakesOf({ ...rest, GATEWAY_TOKEN_FILE: '/nowhere' })).toHaveLength(2)
  })

  test('a proxy may want a login, which is never told', () => {
    const at = { PROXY: { schema: kind.proxyUrl(), about: 'way out' } } as const
    const wanted = 'http://us%20er:canary%40@proxy.example:3128/'
    const { PROXY } = loadConfig('test', at, { PROXY: wanted })
    expect([PROXY.reveal(), inspect(PROXY), JSON.stringify({ PROXY })]).toEqual([
      wanted,
      '***',
      '{"PROXY":"***"}',
    ])
    for (const wrong of ['socks5://u:canary@p:1', 'http://u:canary%@p:1', 'http://u:canary@p:1/path']) {
      const refusal = () => loadConfig('test', at, { PROXY: wrong })
      expect(refusal).toThrow(/PROXY: must be an http or https URL/)
      expect(refusal).not.toThrow(/canary/)
    }
  })

  test('a network that is none is named', () => {
    const at = { PROXIES: { schema: kind.networks(), about: 'who may tell' } } as const
    const good = ['10.0.0.0/8', '192.0.2.1', 'fd00::/8', '::1']
    expect(loadConfig('test', at, { PROXIES: good.join(', ') }).PROXIES).toEqual(good)
    for (const wrong of ['10.0.0.0/33', 'proxy.example', '10.0.0', '::1/129', '1.2.3.4/8/9', '1.2.3.4/'])
      expect(() => loadConfig('test', at, { PROXIES: `10.0.0.1,${wrong}` })).toThrow(wrong)
  })

  test('a weak secret is refused', () => {
    expect(mistakesOf({ ...good, GATEWAY_TOKEN: 'a'.repeat(40) })).toHaveLength(1)
    expect(mistakesOf({ ...good, GATEWAY_TOKEN: 'short' })).toHaveLength(1)
  })
})

test('a secret never prints', () => {
  const secret = new Secret('canary')
  const nested = { secret, list: [secret] }
  for (const text of [
    String(secret),
    `${secret}`,
    JSON.stringify(nested),
    inspect(nested, { depth: 9, showHidden: true }),
  ]) {
    expect(text).not.toContain('canary')
  }
})

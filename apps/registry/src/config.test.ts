// Settings of the registry: all mistakes at once, and none of them with a secret in it.

import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { ConfigError } from '@gatehouse/config'
import { describe, expect, test } from 'vitest'
import { loadRegistryConfig } from './config.ts'

const fine = {
  GATEWAY_URL: 'http://127.0.0.1:7400',
  GATEWAY_PUBLIC_URL: 'http://localhost:7400',
  CONSOLE_PUBLIC_URL: 'http://localhost:7402',
  MASTER_KEY: randomBytes(32).toString('base64'),
  GATEWAY_TOKENS: `${randomBytes(32).toString('hex')},${randomBytes(32).toString('hex')}`,
}

function mistakes(env: Record<string, string | undefined>): readonly string[] {
  try {
    loadRegistryConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
}

describe('settings', () => {
  test('on loopback need no more than keys and addresses', () => {
    const config = loadRegistryConfig(fine)
    expect([config.PORT, config.PUBLIC_URL, config.DATABASE_URL]).toEqual([
      7401,
      'http://localhost:7401',
      undefined,
    ])
    expect(config.GATEWAY_TOKENS.map((token) => token.reveal()).join(',')).toBe(fine.GATEWAY_TOKENS)
  })

  test('refuse a console that people would reach in the clear', () => {
    const at = (url: string) => mistakes({ ...fine, CONSOLE_PUBLIC_URL: url })
    expect(at('http://console.example')).toEqual([
      expect.stringMatching(/^CONSOLE_PUBLIC_URL: must be https/),
    ])
    for (const url of ['https://console.example', 'http://127.0.0.1:7402', 'http://[::1]:7402'])
      expect(at(url)).toEqual([])
  })

  test('tell which network or host name is none', () => {
    expect(mistakes({ ...fine, GATEHOUSE_EGRESS_ALLOW: 'localhost,10.0.0.0/33' })).toEqual([
      expect.stringMatching(/^GATEHOUSE_EGRESS_ALLOW: .*10\.0\.0\.0\/33/),
    ])
  })

  test('refuse the key of a local start off loopback', () => {
    const open = {
      ...fine,
      GATEHOUSE_HOST: '0.0.0.0',
      PUBLIC_URL: 'https://registry.example',
      GATEHOUSE_INTERNAL_INSECURE: '1',
    }
    expect(mistakes(open)).toEqual([])
    expect(mistakes({ ...open, GATEHOUSE_LOCAL_START: '1' })).toEqual([
      expect.stringMatching(/^GATEHOUSE_LOCAL_START: is for npm start/),
    ])
  })

  test('name every mistake at once', () => {
    const names = mistakes({
      PORT: 'many',
      DATABASE_URL: 'mysql://x',
      MASTER_KEY: 'short',
      GATEWAY_TOKENS: 'short',
      GATEHOUSE_HOST: '0.0.0.0',
      GATEHOUSE_LOG_LEVLE: 'info',
      TLS_KEY_FILE: '/key.pem',
    }).map((line) => line.split(':')[0])
    expect(names).toEqual([
      'PORT',
      'GATEWAY_URL',
      'GATEWAY_PUBLIC_URL',
      'CONSOLE_PUBLIC_URL',
      'DATABASE_URL',
      'MASTER_KEY',
      'GATEWAY_TOKENS',
      'GATEHOUSE_LOG_LEVLE',
      'TLS_CERT_FILE, TLS_KEY_FILE',
      'PUBLIC_URL',
      'GATEHOUSE_INTERNAL_INSECURE',
    ])
  })

  test.each([Buffer.alloc(32), Buffer.alloc(32, 'ab')])('a weak MASTER_KEY is refused', (key) => {
    expect(mistakes({ ...fine, MASTER_KEY: key.toString('base64') })).toEqual([
      expect.stringMatching(/^MASTER_KEY: is too weak/),
    ])
  })

  test('off loopback the public address must be https', () => {
    const env = { ...fine, GATEHOUSE_HOST: '0.0.0.0', GATEHOUSE_INTERNAL_INSECURE: '1' }
    expect(mistakes({ ...env, PUBLIC_URL: 'http://a.test' })).toEqual([
      expect.stringMatching(/^PUBLIC_URL: must be https/),
    ])
    expect(mistakes({ ...env, PUBLIC_URL: 'https://a.test' })).toEqual([])
  })

  test('no secret is printed with them', () => {
    const config = loadRegistryConfig({ ...fine, DATABASE_URL: 'postgresql://u:hunter2-canary@h/d' })
    const printed = inspect(config, { depth: 9 }) + JSON.stringify(config)
    for (const secret of [fine.MASTER_KEY, 'hunter2-canary', ...fine.GATEWAY_TOKENS.split(',')])
      expect(printed).not.toContain(secret)
    const refused = mistakes({ ...fine, MASTER_KEY: 'canary-key', GATEWAY_TOKENS: 'canary-token' })
    expect(refused.join()).not.toContain('canary')
  })
})

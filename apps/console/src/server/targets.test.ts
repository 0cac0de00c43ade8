// Only what the table names is passed on.

import { expect, test } from 'vitest'
import { targetOf } from './targets.ts'

test('the three prefixes lead to their services, queries untouched', () => {
  expect(targetOf('/api/registry/v1/calls?limit=5&tool=a%2Fb')).toEqual({
    to: 'registry',
    path: '/v1/calls?limit=5&tool=a%2Fb',
  })
  expect(targetOf('/api/auth/sign-in/email')).toEqual({ to: 'registry', path: '/api/auth/sign-in/email' })
  expect(targetOf('/api/gateway/mcp/files')).toEqual({ to: 'gateway', path: '/mcp/files' })
  expect(targetOf('/api/gateway/mcp')).toEqual({ to: 'gateway', path: '/mcp' })
})

test('authorization servers read who we are', () => {
  const path = '/oauth/client-metadata.json'
  expect(targetOf(path)).toEqual({ to: 'registry', path })
})

test('nothing else of the services is reachable', () => {
  for (const url of [
    '/w/default',
    '/api/other/v1/x',
    '/oauth/client-metadata.jsonx',
    '/oauth/other',
    '/api/registry/metrics',
    '/api/registry/internal/x',
    '/api/gateway/metrics',
    '/api/gateway/mcpx',
    '/api/registry/v1/../metrics',
    '/api/registry/v1/%2e%2e/metrics',
    '/api/registry/v1/.%2E/metrics',
    '/api/registry//v1/calls',
    '/api/registry/v1/a%2fb',
    '/api/registry/v1\\..\\metrics',
  ]) {
    expect([url, targetOf(url)]).toEqual([url, undefined])
  }
})

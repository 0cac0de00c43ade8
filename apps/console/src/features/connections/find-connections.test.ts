// What needs somebody comes first, and a server without an account of one's own is named.

import type { Connection, Server } from '@gatehouse/registry-api'
import { expect, test } from 'vitest'
import { findConnections, missing } from './find-connections.ts'

const server = { id: 's1', name: 'Files', slug: 'files' }
const known = (over: Partial<Connection>): Connection => ({
  id: 'c1',
  server,
  owner: { id: 'u1', name: 'Ada' },
  provider_id: 'p1',
  label: '',
  state: 'active',
  scopes: ['files:read'],
  created_at: '2026-11-21T12:00:00.000000+00:00',
  expires_at: null,
  refresh_expires_at: null,
  last_refresh_at: null,
  last_refresh_result: null,
  warning: null,
  ...over,
})

test('one that needs reconnecting is first, then they go by name', () => {
  const all = [
    known({ id: 'b', owner: { id: 'u2', name: 'Bob' } }),
    known({ id: 'a' }),
    known({ id: 'z', owner: { id: 'u3', name: 'Zoe' }, state: 'needs_reconnecting' }),
  ]
  expect(findConnections(all, '').map(({ id }) => id)).toEqual(['z', 'a', 'b'])
  expect(findConnections(all, 'files BOB').map(({ id }) => id)).toEqual(['b'])
  expect(findConnections(all, 'files:read nobody')).toEqual([])
})

test('somebody else being connected does not connect me', () => {
  const asking = (over: Partial<Server>) =>
    ({
      id: 's1',
      auth_type: 'oauth',
      oauth_mode: 'per_user_dynamic_client',
      oauth_provider_id: null,
      ...over,
    }) as Server // what the question looks at
  const names = (connections: Connection[]) =>
    missing([asking({}), asking({ id: 's2', auth_type: 'headers' })], connections, 'u1').map(({ id }) => id)
  expect(names([])).toEqual(['s1'])
  expect(names([known({ owner: { id: 'u2', name: 'Bob' } })])).toEqual(['s1'])
  expect(names([known({ state: 'needs_reconnecting' })])).toEqual([])
})

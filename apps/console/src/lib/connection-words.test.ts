// A connection is never called fine when it isn't, its end is announced, and nobody's calls go under another person's.

import type { Connection, Server } from '@gatehouse/registry-api'
import { expect, test } from 'vitest'
import { connectionOf, connectionVerdict, takesAccounts } from './connection-words.ts'

test('a connection says what it needs, the worst first', () => {
  const soon = 'refresh_token_ends_soon'
  expect(connectionVerdict({ state: 'active', warning: null }).word).toBe('Connected')
  expect(connectionVerdict({ state: 'active', warning: soon }).word).toBe('Reconnect soon')
  expect(connectionVerdict({ state: 'needs_reconnecting', warning: soon }).word).toBe('Reconnect needed')
})

test("at a shared provider one's own comes before nobody's, and another one's never counts", () => {
  const server = {
    id: 's1',
    auth_type: 'oauth',
    oauth_mode: 'legacy_shared_provider',
    oauth_provider_id: 'p1',
  } as Server // what is looked at
  const one = (id: string, owner: string | null, at: string | null = null, provider_id = 'p1') =>
    ({
      id,
      provider_id,
      owner: owner && { id: owner, name: '' },
      server: at && { id: at, name: '', slug: '' },
    }) as Connection // what is looked at
  const found = (...all: Connection[]) => connectionOf(server, all, 'me')?.id
  expect(found(one('nobodys', null), one('mine', 'me', 's1'))).toBe('mine')
  expect(found(one('hers', 'her', 's1'), one('nobodys', null))).toBe('nobodys')
  expect(found(one('elsewhere', 'me', 's2'), one('other', 'me', 's1', 'p2'))).toBeUndefined()
  expect(takesAccounts(server)).toBe(true)
  expect(takesAccounts({ ...server, oauth_provider_id: null })).toBe(false)
})

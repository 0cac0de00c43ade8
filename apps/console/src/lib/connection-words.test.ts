// A connection is never called fine when it isn't, and its end is announced.

import { expect, test } from 'vitest'
import { connectionVerdict } from './connection-words.ts'

test('a connection says what it needs, the worst first', () => {
  const soon = 'refresh_token_ends_soon'
  expect(connectionVerdict({ state: 'active', warning: null }).word).toBe('Connected')
  expect(connectionVerdict({ state: 'active', warning: soon }).word).toBe('Reconnect soon')
  expect(connectionVerdict({ state: 'needs_reconnecting', warning: soon }).word).toBe('Reconnect needed')
})

// A connection is never called fine when it isn't, and its end is announced.

import { expect, test } from 'vitest'
import { connectionVerdict } from './connection-words.ts'

const now = Date.parse('2026-11-21T12:00:00Z')
const verdict = (state: 'active' | 'needs_reconnecting', refresh_expires_at: string | null) =>
  connectionVerdict({ state, refresh_expires_at }, now).word

test('a connection that needs reconnecting says so, whatever its dates', () => {
  expect(verdict('needs_reconnecting', null)).toBe('Reconnect needed')
  expect(verdict('needs_reconnecting', '2027-11-21T12:00:00.000000+00:00')).toBe('Reconnect needed')
})

test('the end of a sign-in is announced a week before', () => {
  expect(verdict('active', '2026-11-29T12:00:00.000000+00:00')).toBe('Connected')
  expect(verdict('active', '2026-11-27T12:00:00.000000+00:00')).toBe('Reconnect soon')
  expect(verdict('active', null)).toBe('Connected')
})

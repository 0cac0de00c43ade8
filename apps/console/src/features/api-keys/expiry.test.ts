// A key ends when its maker said.

import { expect, test } from 'vitest'
import { expiresAt } from './expiry.ts'

test('days from now, or never', () => {
  const now = Date.parse('2026-11-21T10:00:00Z')
  expect(expiresAt('7', now)).toBe('2026-11-28T10:00:00.000Z')
  expect(expiresAt('', now)).toBeNull()
})

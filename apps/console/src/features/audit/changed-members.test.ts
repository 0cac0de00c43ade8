// The two sides of an event, side by side.

import { expect, test } from 'vitest'
import { changedMembers } from './changed-members.ts'

test('what stayed is left out', () => {
  const before = { name: 'a', role: 'member', servers: ['x'] }
  const after = { name: 'a', role: 'auditor', servers: ['x', 'y'] }
  expect(changedMembers(before, after)).toEqual([
    { name: 'role', before: 'member', after: 'auditor' },
    { name: 'servers', before: '["x"]', after: '["x","y"]' },
  ])
})

test('what came or went is told as a whole', () => {
  expect(changedMembers(null, { a: null })).toEqual([{ name: 'a', before: null, after: 'null' }])
  expect(changedMembers({ a: 1 }, null)).toEqual([{ name: 'a', before: '1', after: null }])
  expect(changedMembers(null, null)).toEqual([])
})

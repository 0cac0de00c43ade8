// Times relative, durations in ms or s, sizes in powers of 1024.

import { expect, test } from 'vitest'
import { ago, bytes, count, duration, tokens } from './format.ts'

test('times are relative in both directions', () => {
  const now = Date.parse('2026-11-21T12:00:00Z')
  const at = (s: number) => ago(now - s * 1000, now)
  expect([at(0), at(4), at(59), at(180), at(7200), at(5 * 86_400)]).toEqual([
    'just now',
    '4 s ago',
    '59 s ago',
    '3 min ago',
    '2 h ago',
    '5 d ago',
  ])
  expect(at(-3 * 86_400)).toBe('in 3 d')
})

test('durations are ms below a second, else s', () => {
  expect([0.42, 4.25, 138.4, 999.4, 999.9, 2310].map(duration)).toEqual([
    '0.4 ms',
    '4.3 ms',
    '138 ms',
    '999 ms',
    '1.00 s',
    '2.31 s',
  ])
})

test('sizes and counts', () => {
  expect([912, 4200, 2 * 1024 * 1024].map(bytes)).toEqual(['912 B', '4.1 KiB', '2.0 MiB'])
  expect([count(1, 'tool'), count(3, 'tool'), count(0, 'reply', 'replies')]).toEqual([
    '1 tool',
    '3 tools',
    '0 replies',
  ])
  expect(tokens({ name: 'echo' })).toBe(4)
})

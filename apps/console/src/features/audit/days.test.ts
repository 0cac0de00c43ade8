// A day begins and ends where the person is.

import { expect, test } from 'vitest'
import { sinceOf, untilOf } from './days.ts'

test('from the beginning of the first day to the end of the last', () => {
  expect(sinceOf('2026-06-01')).toBe(new Date(2026, 5, 1).toISOString())
  expect(untilOf('2026-06-30')).toBe(new Date(2026, 6, 1).toISOString())
})

test('what is no day is no limit', () => {
  for (const text of [null, '', 'soon', '2026-6-1'])
    expect([sinceOf(text), untilOf(text)]).toEqual([null, null])
})

// What a chart's axis and lines promise.

import { expect, test } from 'vitest'
import { linePath, ticks } from './scale.ts'

test.each([0, 1, 2, 3, 7, 10, 99, 101, 12_345, 0.03, 8.4])(
  'the axis for %d begins at 0, reaches it and has few numbers',
  (most) => {
    for (const whole of [true, false]) {
      const numbers = ticks(most, whole)
      expect(numbers[0]).toBe(0)
      expect(numbers.at(-1)).toBeGreaterThanOrEqual(most)
      expect(numbers.length).toBeLessThanOrEqual(6)
      expect(new Set(numbers).size).toBe(numbers.length)
      if (whole) for (const number of numbers) expect(Number.isInteger(number)).toBe(true)
    }
  },
)

test('a line breaks off where nothing was called', () => {
  expect(linePath([[0, 1], [1, 2], null, [3, 4], null, [5, 6], [6, 7]])).toBe(
    'M0.0 1.0L1.0 2.0M3.0 4.0h0M5.0 6.0L6.0 7.0',
  )
  expect(linePath([null, null])).toBe('')
})

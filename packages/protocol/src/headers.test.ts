import fc from 'fast-check'
import { expect, test } from 'vitest'
import { trimHeader } from './headers.ts'

test('a header value loses the spaces and tabs around it, and no other white space', () => {
  const text = fc.string({ unit: fc.constantFrom(' ', '\t', 'a', '\n', '\u00a0') })
  fc.assert(
    fc.property(text, (value) => {
      expect(trimHeader(value)).toBe(/^[ \t]*((?:.*[^ \t])?)[ \t]*$/s.exec(value)?.[1])
    }),
  )
})

test('a long value that is nearly all white space holds nobody up', () => {
  const value = `a${' '.repeat(500_000)}a`
  const from = performance.now()
  expect(trimHeader(value)).toBe(value)
  expect(performance.now() - from).toBeLessThan(20_000)
})

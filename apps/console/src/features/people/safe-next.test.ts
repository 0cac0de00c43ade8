// Signing in leads to a page of our own, never to another host.

import { expect, test } from 'vitest'
import { safeNext } from './safe-next.ts'

test('a page of ours is led back to', () => {
  for (const page of [
    '/w/default/calls?server=1&tool=a%20b',
    '/servers/0b-1',
    '/connect/abc',
    '/keys?create=true',
  ])
    expect(safeNext(page)).toBe(page)
})

test.each([
  ...['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/w\\..\\x'],
  ...['/a#b', ' /w', '/\t/evil.example', '', null],
])('%s leads to the start', (next) => {
  expect(safeNext(next)).toBe('/')
})

// Nobody's metadata runs a script in our origin.

import { expect, test } from 'vitest'
import { safeToVisit } from './safe-to-visit.ts'

test('pages of the web are visited, nothing else', () => {
  expect(safeToVisit('https://login.example/authorize?a=1')).toBe('https://login.example/authorize?a=1')
  expect(safeToVisit('http://localhost:4000/authorize')).toBe('http://localhost:4000/authorize')
  for (const address of [
    'javascript:alert(1)',
    ' java\nscript:alert(1)',
    'data:text/html,x',
    '/w/default',
    '',
  ])
    expect(() => safeToVisit(address)).toThrow('no web page')
})

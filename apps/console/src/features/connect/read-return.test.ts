// What came back is taken whole or not at all.

import { expect, test } from 'vitest'
import { readReturn } from './read-return.ts'

test('an answer with a code, and one with an error', () => {
  expect(readReturn('?code=c&state=s&iss=https%3A%2F%2Fidp.example')).toEqual({
    code: 'c',
    state: 's',
    iss: 'https://idp.example',
  })
  expect(readReturn('?error=access_denied&error_description=No&state=s')).toEqual({
    error: 'access_denied',
    error_description: 'No',
    state: 's',
  })
})

test('nothing where a parameter is missing or comes twice', () => {
  for (const search of [
    '',
    '?code=c',
    '?state=s',
    '?code=c&state=',
    '?code=c&code=d&state=s',
    '?code=c&state=s&state=t',
  ])
    expect(readReturn(search)).toBeNull()
})

// Seen is who came after the page looked first, and nobody else.

import type { Call } from '@gatehouse/registry-api'
import { expect, test } from 'vitest'
import { arrivalOf } from './arrival.ts'

const call = (id: string) => ({ id }) as Call // all that is looked at

test('nobody came at all', () => {
  expect(arrivalOf([], new Set())).toEqual({ last: undefined, since: undefined })
})

test('who came earlier is the last one, not one that was waited for', () => {
  expect(arrivalOf([call('b'), call('a')], new Set(['a', 'b']))).toEqual({
    last: call('b'),
    since: undefined,
  })
})

test('who comes is seen, and stays so when more come', () => {
  const known = new Set(['a'])
  expect(arrivalOf([call('b'), call('a')], known).since).toEqual(call('b'))
  expect(arrivalOf([call('c'), call('b'), call('a')], known).since).toEqual(call('c'))
})

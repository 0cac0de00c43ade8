// A step is done when data says so.

import { expect, test } from 'vitest'
import { stepsOf } from './steps.ts'

const done = (known: Parameters<typeof stepsOf>[0]) => stepsOf(known).map((step) => step.done)

test('nothing is done before anything is known', () => {
  expect(done({ servers: undefined, healthy: 0, keys: undefined, calls: undefined })).toEqual(
    Array(5).fill(false),
  )
})

test('each step follows from its own data', () => {
  const unused = { last_used_at: null }
  const used = { last_used_at: '2026-11-21T10:00:00.000000+00:00' }
  expect(done({ servers: 1, healthy: 0, keys: [], calls: 0 })).toEqual([true, false, false, false, false])
  expect(done({ servers: 1, healthy: 1, keys: [unused], calls: 0 })).toEqual([true, true, true, false, false])
  expect(done({ servers: 1, healthy: 1, keys: [unused, used], calls: 0 })).toEqual([
    true,
    true,
    true,
    true,
    false,
  ])
  expect(done({ servers: 1, healthy: 1, keys: [used], calls: 1 })).toEqual(Array(5).fill(true))
})

test('who sees a call but no key knows that there is one', () => {
  expect(done({ servers: 1, healthy: 1, keys: [], calls: 1 }).slice(2)).toEqual([true, true, true])
})

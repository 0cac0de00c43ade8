// Two people edit the same thing: the second one is told, and loses nothing.

import { expect, test } from 'vitest'
import { changedMeanwhile, merged } from './meanwhile.ts'

const before = { days: '30', era: 'auto', on: true }

test('what others changed is told, except where they did the same', () => {
  const after = { days: '7', era: 'modern', on: true }
  expect(changedMeanwhile(before, after, { ...before, on: false })).toEqual([
    { name: 'days', before: '30', after: '7' },
    { name: 'era', before: 'auto', after: 'modern' },
  ])
  expect(changedMeanwhile(before, after, { ...before, days: '7', era: 'modern' })).toEqual([])
})

test('what was typed stays, beside what others changed elsewhere', () => {
  const after = { days: '7', era: 'modern', on: true }
  expect(merged(before, after, { days: '14', era: 'auto', on: false })).toEqual({
    ...{ days: '14', era: 'modern', on: false },
  })
})

// The words say what the registry said.

import type { ImportStep } from '@gatehouse/registry-api'
import { expect, test } from 'vitest'
import { mistakesOf, summaryOf } from './import-words.ts'

const step = (action: ImportStep['action']): ImportStep => ({
  ...{ slug: action, name: action, action, changes: [], problem: null, to_enter: [] },
})

test('what an import would do and did', () => {
  const servers = [step('create'), step('create'), step('update'), step('unchanged'), step('conflict')]
  expect(summaryOf({ applied: false, settings: [], servers, untouched: 3 })).toEqual({
    would:
      'It would make 2 servers and change 1 server (1 as they are in the file, 1 in conflict, left out, 3 here that the file does not name).',
    done: '2 servers made, 1 server changed (1 as they are in the file, 1 in conflict, left out, 3 here that the file does not name).',
    changes: 3,
    conflicts: 1,
  })
  expect(summaryOf({ applied: false, settings: [], servers: [], untouched: 0 }).would).toBe(
    'It would change nothing.',
  )
  const settings = [{ field: 'call_record_days', before: null, after: 7 }]
  expect(summaryOf({ applied: true, settings, servers: [], untouched: 0 })).toMatchObject({
    done: '0 servers made, 0 servers changed. call_record_days: null → 7.',
    changes: 1,
  })
})

test('mistakes are what has their form', () => {
  const mistake = { at: 'servers.0.slug', what: 'wrong' }
  expect(mistakesOf({ mistakes: [mistake, 7, { at: 1, what: '' }] })).toEqual([mistake])
  expect(mistakesOf({})).toEqual([])
})

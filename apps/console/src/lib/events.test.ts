// Blocks of an event stream are read as the specification has them.

import { expect, test } from 'vitest'
import { parseEvent } from './events.ts'

test('an event has its name and its data; comments are none', () => {
  expect(parseEvent('event: call\ndata: {"id":1}')).toEqual([{ event: 'call', data: '{"id":1}' }])
  expect(parseEvent('data: a\ndata: b')).toEqual([{ event: 'message', data: 'a\nb' }])
  expect(parseEvent(':')).toEqual([])
  expect(parseEvent('')).toEqual([])
})
